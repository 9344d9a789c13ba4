"""What it costs to keep the rows behind every figure, for 60 members over 24 quarters: `python -m benchmarks.proof [ROUNDS]`.

Builds every criterion as it is, and again from a copy of the project whose figures list no source; then binds the
figures and writes their sources as a publication does. Prints a Markdown table, in CPU seconds, since the machine is
shared; wall seconds beside them.
"""

from __future__ import annotations

import importlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from periscope import models, warehouse
from periscope.quarters import Quarter
from protection import figures
from release.export import write_csv
from tests.poles import Pole

MEMBERS, QUARTERS = 60, 24
LAST = Quarter.parse("2026-Q4")
#: What list_sources becomes in the copy: the same type, no row.
_NO_SOURCE = """{% macro duckdb__list_sources(contribution, weight, condition) -%}
    cast(null as struct(source_ref varchar, row_number integer, entity_id varchar, siren varchar,
        contribution decimal(24, 6), weight decimal(24, 6))[])
{%- endmacro %}

{% macro unused_list_sources(contribution, weight, condition) -%}"""
_MARK = "{% macro duckdb__list_sources(contribution, weight, condition) -%}"


def pole() -> Pole:
    """Every member declares, each quarter, three projects, one cooperation, three posts and its turnover."""
    built = Pole()
    functions = ("creation_support", "promotion_training", "enterprise_development", "csr_promotion")
    sirens = [f"{100000000 + 7919 * n}" for n in range(MEMBERS)]
    for n, siren in enumerate(sirens):
        built.member(f"M{n}", siren, functions[n % 4], "permanent_resident" if n % 2 else "occasional_user")
    for back in range(QUARTERS):
        quarter = LAST.shift(-back)
        first, name = quarter.first_day.isoformat(), str(quarter)
        for n, siren in enumerate(sirens):
            built.declare(
                "supported_projects", siren, name,
                *({"project_ref": f"{n}-{name}-{i}", "holder_pid": f"h{n}{name}{i}", "title": f"Projet {i}",
                   "support_threshold_on": first, "creation_kind": "registration", "created_on": first}
                  for i in range(3)),
            )  # fmt: skip
            partners = ";".join(sirens[(n + step) % MEMBERS] for step in range(3))
            built.declare(
                "collaborative_projects", siren, name,
                {"project_ref": f"C{n % 20}-{name}", "kind": "joint_bid", "status": "run", "started_on": first,
                 "partners": partners, "lead_siren": siren, "evidence_kind": "contrat", "evidence_on": first},
            )  # fmt: skip
            built.declare(
                "posts", siren, name,
                *({"post_ref": f"P{i}", "employer_siren": siren, "started_on": "2020-01-01", "working_time": "0.8",
                   "category": "created", "project_ref": f"C{n % 20}-{name}"} for i in range(3)),
            )  # fmt: skip
            built.declare(
                "activity", siren, name,
                {"period_start": first, "period_end": quarter.last_day.isoformat(), "source": "declared",
                 "net_turnover_eur": str(20_000 + 37 * n + 11 * back)},
            )  # fmt: skip
    return built


def write_raw(path: Path, built: Pole) -> None:
    with warehouse.connect(path) as connection:
        warehouse.create_raw(connection)
        connection.begin()
        for table, rows in built.rows.items():
            types = warehouse.raw_tables()[table]
            for row in rows:
                names = ", ".join(warehouse.quote(name) for name in row)
                marks = ", ".join(f"cast(? as {types[name]})" for name in row)
                connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))
        connection.commit()


def copy_without_sources(folder: Path) -> Path:
    """The dbt project alone, its list_sources replaced."""
    project = folder / "project"
    for name in ("models", "macros", "seeds", "tests/dbt"):
        shutil.copytree(models.PROJECT / name, project / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(models.PROJECT / name, project / name)
    macro = project / "macros" / "dispatch.sql"
    text = macro.read_text(encoding="utf-8")
    if _MARK not in text:
        raise SystemExit("macros/dispatch.sql a changé : adaptez benchmarks/proof.py.")
    macro.write_text(text.replace(_MARK, _NO_SOURCE), encoding="utf-8")
    return project


def timed(act: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return time.process_time() - cpu, time.perf_counter() - wall


def build(raw: Path, candidate: Path, project: Path) -> None:
    request = models.BuildRequest(
        raw, candidate, candidate.with_suffix(".dbt"), LAST, date(LAST.year - 5, 1, 1), "2021-Q1"
    )
    here, models.PROJECT = models.PROJECT, project
    try:
        models.build(request, select=["resource_type:model", "resource_type:seed"])
    finally:
        models.PROJECT = here


def publish_sources(raw: Path, candidate: Path, target: Path) -> int:
    """Bind the figures, then write every source row; returns how many."""
    with warehouse.connect(candidate) as connection:
        warehouse.attach(connection, raw)
        figures.bind(connection)
        rows = connection.execute(
            "select figure_id, source_file, sheet, row, entity_id, contribution from marts.fct_figure_sources order by all"
        ).fetchall()
        write_csv(
            target, ("figure_id", "source_file", "sheet", "row", "entity_id", "contribution"), iter(rows)
        )
    return len(rows)


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        raw = folder / "raw.duckdb"
        bare = copy_without_sources(folder)
        write_raw(raw, pole())
        measured: dict[str, list[tuple[float, float]]] = {"with": [], "without": []}
        importlib.import_module("dbt.cli.main")  # seconds that both would pay once
        for _ in range(rounds):
            for kind, project in (("with", models.PROJECT), ("without", bare)):
                measured[kind].append(
                    timed(lambda k=kind, p=project: build(raw, folder / f"{k}.duckdb", p))  # type: ignore[misc]
                )
        count = 0

        def place() -> None:
            nonlocal count
            count = publish_sources(raw, folder / "with.duckdb", folder / "sources.csv")

        placed = timed(place)
    best = {kind: min(times) for kind, times in measured.items()}
    added = best["with"][0] - best["without"][0] + placed[0]
    print(f"{MEMBERS} members, {QUARTERS} quarters, {count} source rows\n")
    print("| what | CPU s | wall s |\n|---|---|---|")
    print(f"| build without sources | {best['without'][0]:.2f} | {best['without'][1]:.2f} |")
    print(f"| build with sources | {best['with'][0]:.2f} | {best['with'][1]:.2f} |")
    print(f"| bind figures, check sums, write sources | {placed[0]:.2f} | {placed[1]:.2f} |")
    print(
        f"| added by proof | {added:.2f} | |\n| added / build without sources | {added / best['without'][0]:.2f} | |"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
