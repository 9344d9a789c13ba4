"""The whole walk from the command line, on the fictitious pole and on wrong files."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.demo import write_demo
from periscope import cli, template
from periscope.workspace import Workspace

pytestmark = pytest.mark.slow

AS_OF = "2026-11-23"
QUARTER = "2026-Q3"


def run(root: Path, *arguments: str) -> int:
    return cli.main([*arguments, "-w", str(root), "--as-of", AS_OF])


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("walk") / "pole"
    write_demo(root)
    assert run(root, "run") == 0
    yield root


def test_every_reader_has_its_pages(demo: Path) -> None:
    published = demo / "published" / QUARTER
    assert {path.name for path in published.iterdir()} == {
        "internal",
        "committee",
        "public",
        "sicoval",
        "region",
        "fse",
    }
    assert "Données fictives" in (published / "committee" / "dashboard.html").read_text(encoding="utf-8")
    for funder in ("sicoval", "region", "fse"):
        assert {"rapport.html", "rapport.pdf", "tableaux.xlsx"} <= {
            p.name for p in (published / funder).iterdir()
        }


def test_figures_have_the_columns_of_the_contract(demo: Path) -> None:
    with (demo / "published" / QUARTER / "committee" / "figures.csv").open(encoding="utf-8") as file:
        header = file.readline().strip()
    assert header == (
        "figure_id,indicator_id,indicator_version,period,perimeter,dimension,item,value,unit,numerator,denominator,"
        "contributors,expected,coverage,rung,status,reason"
    )


def test_additive_figures_equal_their_sources(demo: Path) -> None:
    folder = demo / "published" / QUARTER / "internal"
    sums: dict[str, Decimal] = {}
    for row in read(folder / "sources.csv"):
        if row["contribution"]:
            sums[row["figure_id"]] = sums.get(row["figure_id"], Decimal(0)) + Decimal(row["contribution"])
    checked = 0
    for figure in read(folder / "figures.csv"):
        if (
            figure["indicator_id"] in ("turnover_total", "new_supported_projects", "jobs_headcount")
            and figure["value"]
        ):
            assert Decimal(figure["value"]) == sums.get(figure["figure_id"], Decimal(0)), figure
            checked += 1
    assert checked > 20


def test_the_rows_of_an_effect_add_up_to_it(demo: Path) -> None:
    """FTE as they are, a turnover in logs; every row rounded to a millionth."""
    folder = demo / "published" / QUARTER / "internal"
    sums: dict[str, float] = {}
    for row in read(folder / "sources.csv"):
        sums[row["figure_id"]] = sums.get(row["figure_id"], 0.0) + float(row["contribution"] or 0)
    figures = {row["indicator_id"]: row for row in read(folder / "figures.csv")}
    for name, turn in (("turnover_effect", math.expm1), ("jobs_effect", float)):
        figure = figures[name]
        assert turn(sums[figure["figure_id"]]) == pytest.approx(float(figure["value"]), abs=6e-4), name
        assert float(figures[f"{name}_low"]["value"]) <= float(figure["value"]) != 0


def test_an_effect_in_euros_stays_in_the_house(demo: Path) -> None:
    told = {}
    for reader in ("internal", "committee", "public", "region"):
        context = json.loads(
            (demo / "published" / QUARTER / reader / "context.json").read_text(encoding="utf-8")
        )
        effects = {one["indicator_id"]: one for one in context["effects"]}
        told[reader] = effects["turnover_effect"]["euros"]
        assert effects["turnover_effect"]["against_sector"] and effects["jobs_effect"]["in_share"]
    assert told.pop("internal") and not any(told.values())


def test_members_are_hidden_outside(demo: Path) -> None:
    for reader in ("committee", "public"):
        rows = read(demo / "published" / QUARTER / reader / "figures.csv")
        assert not [row for row in rows if row["dimension"] == "member"]
        assert not [
            row for row in rows if row["status"] == "suppressed" and (row["value"] or row["numerator"])
        ]
        assert [row for row in rows if row["status"] == "suppressed"]


def test_a_second_run_publishes_the_same_bytes(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = demo / "published" / QUARTER / "internal" / "figures.csv"
    before = path.read_bytes()
    assert run(demo, "run") == 0
    assert "Rien n'a changé" in capsys.readouterr().out
    (demo / "warehouse" / "state.json").unlink()
    assert run(demo, "run") == 0
    assert path.read_bytes() == before


def test_a_figure_is_explained_to_the_line(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = read(demo / "published" / QUARTER / "internal" / "figures.csv")
    figure = next(r for r in rows if r["indicator_id"] == "turnover_total" and r["dimension"] == "all")
    assert run(demo, "explain", figure["figure_id"]) == 0
    told = capsys.readouterr().out
    assert "ligne" in told and "Définition" in told
    assert run(demo, "explain", "F000000000000") == 2


def test_status_names_who_is_missing(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(demo, "status") == 0
    told = capsys.readouterr().out
    assert "Manque (" in told and "Refusé (" in told


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = template.create(tmp_path_factory.mktemp("wrong") / "pole")
    (workspace.register / "members.csv").write_text(
        "member_id,siren,name,function\nA,732829320,Alpha,creation_support\nB,356000000,Bravo,csr_promotion\n"
    )
    (workspace.register / "memberships.csv").write_text(
        "member_id,presence,joined_on\nA,permanent_resident,2020-01-01\nB,occasional_user,2020-01-01\n"
    )
    box = workspace.inbox / "declarations"
    (box / "vide.csv").write_bytes(b"")
    (box / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    (box / "illisible.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (box / "colonne.csv").write_text(
        "siren,quarter,project_ref,title\n732829320,2026-Q3,P1,Sans avancement\n"
    )
    (box / "date.csv").write_text(
        "siren,quarter,post_ref,employer_siren,started_on,working_time\n"
        "732829320,2026-Q3,P1,732829320,31/02/2026,1\n732829320,2026-Q3,P2,732829320,2026-01-05,0.8\n"
    )
    (box / "inconnu.csv").write_text(
        "siren,quarter,post_ref,employer_siren,started_on,working_time\n552032534,2026-Q3,P1,552032534,2026-01-05,1\n"
    )
    assert run(workspace.root, "run") == 0
    yield workspace


def test_wrong_files_end_in_returns_and_the_run_goes_on(wrong: Workspace) -> None:
    told = "".join(p.read_text(encoding="utf-8") for p in (wrong.returns / QUARTER).glob("*.csv"))
    for name in ("vide.csv", "photo.csv", "illisible.xlsx", "date.csv", "inconnu.csv"):
        assert name in told, name
    receipts = read(wrong.published / QUARTER / "internal" / "receipts.csv")
    assert {Path(row["file"]).name for row in receipts} == {
        p.name for p in (wrong.inbox / "declarations").iterdir()
    }
    for row in receipts:
        assert int(row["rows_read"]) == int(row["rows_accepted"]) + int(row["rows_refused"])
    counts = {Path(r["file"]).name: (r["rows_read"], r["rows_accepted"]) for r in receipts}
    assert counts["date.csv"] == ("2", "1")
    assert {Path(r["file"]).name for r in receipts if r["status"] == "refused_file"} >= {
        "vide.csv", "photo.csv", "illisible.xlsx"
    }  # fmt: skip


def test_the_good_row_beside_the_wrong_one_counts(wrong: Workspace) -> None:
    figures = read(wrong.published / QUARTER / "internal" / "figures.csv")
    (jobs,) = [
        f for f in figures
        if (f["indicator_id"], f["period"], f["perimeter"], f["dimension"]) == ("jobs_fte", QUARTER, "members", "all")
    ]  # fmt: skip
    assert jobs["value"] == "0.800" and jobs["expected"] == "2" and jobs["coverage"] == "0.500000"


def test_a_bad_setting_is_status_2(tmp_path: Path) -> None:
    workspace = template.create(tmp_path / "pole")
    path = workspace.root / "periscope.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("pole_name", "pole_nam", 1), encoding="utf-8")
    assert run(workspace.root, "run") == 2
    assert run(tmp_path / "nowhere", "run") == 2


@pytest.mark.parametrize(
    ("step", "before"),
    [("check", "ingest"), ("build", "ingest"), ("evaluate", "build"), ("publish", "build")],
)
def test_a_step_before_its_turn_says_which_one_comes_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], step: str, before: str
) -> None:
    root = template.create(tmp_path / "pole").root
    assert cli.main([step, "-w", str(root), "--as-of", "2026-11-23"]) == 2
    assert f"lancez d'abord « periscope {before} »" in capsys.readouterr().err


def test_a_missing_key_stops_everything(tmp_path: Path) -> None:
    workspace = template.create(tmp_path / "pole")
    workspace.key_path.unlink()
    assert run(workspace.root, "run") == 2
    assert not list(workspace.published.iterdir())


def test_a_correction_that_no_longer_matches_stops_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = template.create(tmp_path / "pole")
    (workspace.register / "members.csv").write_text("member_id,siren,name\nA,732829320,Alpha\n")
    (workspace.register / "memberships.csv").write_text(
        "member_id,presence,joined_on\nA,permanent_resident,2020-01-01\n"
    )
    (workspace.inbox / "declarations" / "a.csv").write_text(
        "siren,quarter,post_ref,employer_siren,started_on,working_time\n732829320,2026-Q3,P1,732829320,2026-01-05,0.8\n"
    )
    ledger = workspace.register / "corrections.csv"
    header = ledger.read_text(encoding="utf-8")
    for old, status in (("0.7", 2), ("0.8", 0)):
        ledger.write_text(
            header + f"a.csv,2,working_time,{old},0.5,erreur de saisie,Eva,2026-11-01,\n", encoding="utf-8"
        )
        assert run(workspace.root, "ingest") == status
    assert "a.csv" in capsys.readouterr().err
