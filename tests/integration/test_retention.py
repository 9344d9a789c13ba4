"""Purge: what is past its time goes, with its copy in the inbox; what a figure may need stays, and says why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest import landing, receive, retention
from periscope.errors import UsageError
from periscope.quarters import Quarter
from periscope.workspace import Run
from tests.faults import house

DAY = date(2026, 11, 23)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    workspace = house.create(tmp_path / "pole")
    text = house.lines(house.MEMBERS["B"], "1")
    for year in (2014, 2018, 2022):
        name = workspace.inbox / "declarations" / f"postes-{year}.csv"
        name.write_text(text.replace("2026-Q3", f"{year}-Q2").replace("2026-01-05", f"{year}-01-05"))
    for name in ("2014-Q2", "2026-Q3"):
        (workspace.returns / name).mkdir()
        (workspace.returns / name / "A.csv").write_text("retour")
    run = Run(workspace, Quarter(2026, 3), DAY)
    receive.receive(run)
    return run


def names(plan: retention.Plan) -> set[str]:
    return {old.file.source_file for old in plan.removed}


def test_only_what_is_older_goes(run: Run) -> None:
    planned = retention.plan(run, "10y", set())
    assert names(planned) == {"declarations/postes-2014.csv"} and planned.returns == ["2014-Q2"]
    assert names(retention.plan(run, "33q", set())) == names(planned) | {"declarations/postes-2018.csv"}
    assert "à supprimer : declarations/postes-2014.csv" in planned.text


def test_what_the_figures_look_back_at_stays(run: Run) -> None:
    planned = retention.plan(run, "12m", set())
    assert "declarations/postes-2022.csv" not in names(planned)
    assert "gardé (les calculs remontent au 01/01/2020) : declarations/postes-2022.csv" in planned.text


def test_a_quarter_published_and_not_closed_keeps_its_files(run: Run) -> None:
    (run.workspace.published / "2014-Q2").mkdir()
    assert names(retention.plan(run, "10y", set())) == set()
    assert names(retention.plan(run, "10y", {"2014-Q2"})) == {"declarations/postes-2014.csv"}


def test_a_purge_removes_both_copies_says_so_in_the_journal_and_is_final(run: Run) -> None:
    workspace = run.workspace
    old = workspace.inbox / "declarations" / "postes-2014.csv"
    content = old.read_bytes()
    (workspace.exploration / "marts").mkdir(parents=True)
    for name in ("entrepot.duckdb", "marts/fct_jobs.parquet", "explore.ipynb"):
        (workspace.exploration / name).write_text("copie")
    retention.purge(run, retention.plan(run, "10y", set()), "10y")
    assert [path.name for path in workspace.exploration.iterdir()] == ["explore.ipynb"]
    assert not old.exists() and not (workspace.returns / "2014-Q2").exists()
    assert (workspace.returns / "2026-Q3").exists()
    assert all(content != path.read_bytes() for path in workspace.landed.iterdir())
    (entry,) = [e for e in landing.journal(workspace) if e.event == landing.PURGED]
    assert entry.reason == "conservation limitée à 10y"
    old.write_bytes(content)
    receive.receive(run)
    assert "postes-2014" not in {Path(f.source_file).stem for f in landing.landed_files(workspace)}
    assert retention.plan(run, "10y", set()).is_empty


@pytest.mark.parametrize("text", ["", "10", "dix ans", "0y", "-3y", "9999y"])
def test_a_duration_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        retention.limit_of(text, DAY)


def test_the_limit_is_the_first_of_a_month() -> None:
    assert retention.limit_of("10y", DAY) == date(2016, 11, 1)
    assert retention.limit_of("3q", DAY) == date(2026, 2, 1)
    assert retention.limit_of("11m", DAY) == date(2025, 12, 1)
