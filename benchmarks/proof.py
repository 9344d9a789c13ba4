"""What it costs to keep the rows behind every figure, for 60 members over 24 quarters: `python -m benchmarks.proof`.

One whole run, from an empty workspace to its pages, step by step; its models are built again from a copy of the
project whose figures list no source. What binds and writes the sources is timed inside the run, all of it charged to
proof although statistical secrecy reads the same rows. CPU seconds, children included, since the machine is shared.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.measure import cpu_s
from periscope import cli, models, template
from periscope.quarters import Quarter
from periscope.workspace import Run, Workspace
from protection import figures
from release import export

MEMBERS, QUARTERS = 60, 24
LAST = Quarter.parse("2026-Q4")
FUNCTIONS = ("creation_support", "promotion_training", "enterprise_development", "csr_promotion")
SIRENS = [f"{100000000 + 7919 * n}" for n in range(MEMBERS)]
_LETTERS = str.maketrans("0123456789abcdef", "aeioubcdfglmnprst"[:16])
#: What list_sources becomes in the copy: the same type, no row.
_NO_SOURCE = """{% macro duckdb__list_sources(contribution, weight, condition) -%}
    cast(null as struct(source_ref varchar, row_number integer, entity_id varchar, siren varchar,
        contribution decimal(24, 6), weight decimal(24, 6))[])
{%- endmacro %}

{% macro unused_list_sources(contribution, weight, condition) -%}"""
_MARK = "{% macro duckdb__list_sources(contribution, weight, condition) -%}"


def pole(root: Path) -> Workspace:
    """Every member declares, each quarter, three projects, one cooperation, three posts and its turnover."""
    workspace = template.create(
        root, f'pole_name = "Mesure"\nbaseline_quarter = "{LAST.shift(1 - QUARTERS)}"\n'
    )
    _write(
        workspace.register / "members.csv",
        ("member_id", "siren", "name", "function"),
        [(f"M{n}", siren, f"Structure {n:02d}", FUNCTIONS[n % 4]) for n, siren in enumerate(SIRENS)],
    )
    _write(
        workspace.register / "memberships.csv",
        ("member_id", "presence", "joined_on"),
        [(f"M{n}", ("occasional_user", "permanent_resident")[n % 2], "2020-01-01") for n in range(MEMBERS)],
    )
    for back in range(QUARTERS):
        for kind, (header, rows) in _declared(LAST.shift(-back), back).items():
            _write(workspace.inbox / "declarations" / f"{kind}-{LAST.shift(-back)}.csv", header, rows)
    return workspace


def _declared(quarter: Quarter, back: int) -> dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    """Header and rows of each kind, every member in the same file: the fewest files, so the cheapest run."""
    first, last, name = quarter.first_day, quarter.last_day, str(quarter)
    who = [(n, (siren, name)) for n, siren in enumerate(SIRENS)]
    return {
        "supported_projects": (
            ("siren", "quarter", "project_ref", "holder_surname", "holder_first_name", "holder_birth_date", "title",
             "support_threshold_on", "creation_kind", "created_on"),
            [(*key, f"{n}-{name}-{i}", _word(n, back, i), _word(i, n, back), date(1950 + n, 1 + i, 1 + back),
              _word(back, i, n), first, "registration", first) for n, key in who for i in range(3)],
        ),
        "collaborative_projects": (
            ("siren", "quarter", "project_ref", "title", "kind", "status", "started_on", "partners", "lead_siren",
             "evidence_kind", "evidence_on"),
            [(*key, f"C{n % 20}-{name}", f"Projet {n % 20}", "joint_bid", "run", first,
              ";".join(SIRENS[(n % 20 + 20 * step) % MEMBERS] for step in range(3)), SIRENS[n % 20], "contrat", first)
             for n, key in who],
        ),
        "posts": (
            ("siren", "quarter", "post_ref", "employer_siren", "contract_kind", "started_on", "working_time", "category",
             "project_ref"),
            [(*key, f"P{i}", key[0], "permanent", "2020-01-01", "0.8", "created", f"C{n % 20}-{name}")
             for n, key in who for i in range(3)],
        ),
        "activity": (
            ("siren", "quarter", "period_start", "period_end", "net_turnover_eur", "source"),
            [(*key, first, last, 20_000 + 37 * n + 11 * back, "declared") for n, key in who],
        ),
    }  # fmt: skip


def _word(*seed: int) -> str:
    """A word like no other: names alike would all be proposed as one person's."""
    return hashlib.sha256(repr(seed).encode()).hexdigest()[:12].translate(_LETTERS).title()


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


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


class Costs(dict[str, float]):
    """CPU seconds by name of what was done."""

    def add(self, name: str, act: Callable[..., Any], *arguments: Any) -> None:
        begun = cpu_s()
        act(*arguments)
        self[name] = self.get(name, 0.0) + cpu_s() - begun

    @contextmanager
    def inside(self, module: Any, function: str, name: str) -> Iterator[None]:
        """Time every call of a function that the run makes by itself."""
        real = getattr(module, function)
        setattr(module, function, lambda *arguments: self.add(name, real, *arguments))
        try:
            yield
        finally:
            setattr(module, function, real)


def build(request: models.BuildRequest, project: Path, select: list[str]) -> None:
    """The models selected, without the tests that a run makes of them, which figures without source would fail."""
    here, models.PROJECT = models.PROJECT, project
    try:
        models.build(request, select=select)
    finally:
        models.PROJECT = here


def measure(folder: Path) -> tuple[Costs, int]:
    workspace = pole(folder / "pole")
    run, costs = Run(workspace, LAST, date(LAST.year + 1, 1, 20)), Costs()
    steps = cli._STEP_FUNCTIONS
    for name in ("ingest", "check"):
        costs.add(name, steps[name], run)
    request = models.request(run)
    costs.add(
        "build", steps["build"], run
    )  # first: it pays what dbt loads once, which neither of the next two may
    for kind, project in (("without", copy_without_sources(folder)), ("with", models.PROJECT)):
        other = replace(request, candidate=folder / f"{kind}.duckdb", target=folder / kind)
        build(other, project, ["resource_type:seed"])  # reads the project, once
        costs.add(
            f"models {kind} sources", build, other, project, ["resource_type:model", "resource_type:seed"]
        )
    costs.add("evaluate", steps["evaluate"], run)
    with costs.inside(figures, "bind_sources", "bind"), costs.inside(export, "write_sources", "write"):
        costs.add("publish", cli._steps, run, ("publish",))
    sources = workspace.published / str(LAST) / "internal" / "sources.csv"
    return costs, sources.read_text(encoding="utf-8").count("\n") - 1


def main(folder: Path) -> None:
    costs, count = measure(folder)
    listed = costs["models with sources"] - costs["models without sources"]
    added = listed + costs["bind"] + costs["write"]
    whole = sum(costs[name] for name in ("ingest", "check", "build", "evaluate", "publish"))
    print(f"{MEMBERS} members, {QUARTERS} quarters, {count} source rows published\n")
    print("| what | CPU s |\n|---|---|")
    for name, cost in (
        ("ingest and check", costs["ingest"] + costs["check"]),
        ("build, its tests included", costs["build"]),
        ("… of which models, with sources", costs["models with sources"]),
        ("… of which models, without sources", costs["models without sources"]),
        ("evaluate", costs["evaluate"]),
        ("publish", costs["publish"]),
        ("… of which bind sources, check sums", costs["bind"]),
        ("… of which write sources.csv", costs["write"]),
        ("whole run, with sources", whole),
        ("whole run, without", whole - added),
        ("added by proof", added),
    ):
        print(f"| {name} | {cost:.2f} |")
    print(f"| added / whole run without | {added / (whole - added):.2f} |")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(Path(name))
