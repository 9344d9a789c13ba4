"""The analysts' desk on a small pole: a copy that outlives a run, without files' names, and its notebook in a clean kernel."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from periscope import desk, warehouse
from periscope.errors import PeriscopeError, UsageError
from periscope.workspace import Workspace
from protection import figures as bound
from tests.poles import DEFAULT_MEMBERS, Pole

A, B, C = (siren for _, siren, _, _ in DEFAULT_MEMBERS)
PROJECT = Path(__file__).resolve().parents[2]
CANARY = "Fichier-de-Canari.xlsx"


def _pole() -> Pole:
    pole = Pole()
    for member_id, siren, function, presence in DEFAULT_MEMBERS:
        pole.member(member_id, siren, function, presence)
    for quarter, amounts in (("2025-Q3", (100, 200, 300)), ("2026-Q3", (150, 210, 290))):
        year, ends = quarter[:4], "09-30"
        for siren, amount in zip((A, B, C), amounts, strict=True):
            row = {
                "period_start": f"{year}-07-01",
                "period_end": f"{year}-{ends}",
                "net_turnover_eur": str(amount),
                "source": "declared",
            }
            pole.declare("activity", siren, quarter, row)
    run = {"project_ref": "P1", "status": "run", "kind": "commercial", "evidence_on": "2026-07-10"}
    pole.declare(
        "collaborative_projects",
        A,
        "2026-Q3",
        run | {"partners": f"{A};{B}"},
        run | {"project_ref": "P2", "partners": f"{A};{C}"},
    )
    pole.add("register.rooms", room_id="R1", name="Salle")
    log = pole.slice("bookings", "", "2026-Q3", sender="R1")
    pole.add("bookings.bookings", slice_id=log, format="csv", room_id="R1", starts_at="2026-07-06 08:00", ends_at="2026-07-06 10:00",
             member_id="B", status="confirmed")  # fmt: skip
    for slice_ in pole.rows["record.slices"]:
        slice_["source_file"] = CANARY
    return pole


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    built = _pole().build("2026-Q3")
    raw = built.candidate.with_name("raw.duckdb")
    with warehouse.connect(built.candidate) as connection:
        warehouse.attach(connection, raw)
        bound.bind(connection)
    found = Workspace(tmp_path_factory.mktemp("pole"))
    found.warehouse.mkdir()
    shutil.copyfile(built.candidate, found.database)
    return found


@pytest.fixture(scope="module")
def folder(workspace: Workspace) -> Path:
    return desk.prepare(workspace)


def test_the_copy_names_no_file(folder: Path) -> None:
    for path in [folder / desk.COPY, *(folder / "marts").glob("*.parquet")]:
        assert CANARY.encode() not in path.read_bytes(), path.name


def test_helpers_read_the_copy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    total = desk.figures("turnover_total").query(
        "period == '2026-Q3' and perimeter == 'members' and dimension == 'all'"
    )
    assert float(total["value"].iloc[0]) == 650
    lines = desk.explain(total["figure_id"].iloc[0])
    assert sorted(float(value) for value in lines["contribution"]) == [150, 210, 290]
    pairs = desk.mart("fct_cooperation_pairs").query("period == '2026-Q3'")
    assert sorted(pairs.itertuples(index=False, name=None)) == [
        ("", "2026-Q3", "A", "B", 1),
        ("", "2026-Q3", "A", "C", 1),
    ]
    parquet = pd.read_parquet(folder / "marts" / "fct_turnover.parquet")
    assert len(parquet) == len(desk.mart("fct_turnover")) > 0
    for wrong in (
        lambda: desk.mart("fct_nothing"),
        lambda: desk.figures("nothing"),
        lambda: desk.explain("nothing"),
    ):
        with pytest.raises(UsageError):
            wrong()


def test_the_copy_stays_open_while_the_warehouse_is_written(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    with warehouse.connect(workspace.database) as writer:
        writer.execute("create table marts.during_a_run as select 1 as one")
        assert len(desk.figures()) > 0
        writer.execute("drop table marts.during_a_run")


@pytest.mark.slow
def test_the_notebook_runs_from_a_clean_kernel(folder: Path) -> None:
    notebook = nbformat.read(folder / "explore.ipynb", as_version=4)
    NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(folder)}}, shutdown_kernel="immediate"
    ).execute()
    ran = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.get("execution_count") for cell in ran)
    assert [out.text for cell in ran for out in cell.outputs if out.output_type == "stream"] == []


def test_without_lab_the_copy_is_made_and_it_is_said(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(desk, "_jupyter_lab", lambda: None)
    desk.explore(workspace)
    said = capsys.readouterr().out
    assert "Jupyter Lab n'est pas installé" in said and str(workspace.exploration) in said


def test_jupyter_is_told_to_stay_offline_and_its_failure_is_said(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "jupyter-lab"
    program.write_text(f'#!/bin/sh\necho "$PWD $@" > {tmp_path}/asked\nexit 3\n', encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setattr(desk, "_jupyter_lab", lambda: str(program))
    with pytest.raises(PeriscopeError, match="La copie est faite"):
        desk.explore(workspace, has_browser=False)
    asked = (tmp_path / "asked").read_text(encoding="utf-8")
    assert asked.startswith(f"{workspace.exploration} explore.ipynb ") and "--no-browser" in asked
    assert "news_url=None" in asked and "NeverCheckForUpdate" in asked


def test_nothing_to_explore_before_a_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="periscope run"):
        desk.prepare(Workspace(tmp_path))


@pytest.mark.parametrize("path", sorted((PROJECT / "notebooks").glob("*.ipynb")), ids=lambda path: path.name)
def test_outputs_are_stripped(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None, (
            f"{path.name}: clear the outputs before committing."
        )
