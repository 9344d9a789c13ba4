"""The fictitious pole: same bytes twice, every file recognised, every dirty one refused for its own reason."""

from __future__ import annotations

import filecmp
from datetime import date
from pathlib import Path

import pytest
from stdnum import luhn

from ingest import landing, register, sources
from ingest.context import Context
from ingest.demo import dirty, pole, story, write_demo
from periscope.quarters import Quarter
from periscope.receipts import Reading
from periscope.workspace import Run, Workspace

#: files that say nothing that we read: no source recognises them
UNRECOGNISED = {"declarations/plaquette.pdf", "declarations/vide.csv"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("demo") / "pole"
    write_demo(root)
    return Workspace(root)


@pytest.fixture(scope="module")
def context(workspace: Workspace) -> Context:
    run = Run(workspace, pole.LAST, date(2026, 11, 23))
    return register.build_context(
        run, register.read_register(workspace), (date(2023, 1, 1), pole.LAST.last_day)
    )


@pytest.fixture(scope="module")
def readings(workspace: Workspace, context: Context) -> dict[str, Reading]:
    found = {}
    for path in landing.inbox_files(workspace):
        name = path.relative_to(workspace.inbox).as_posix()
        source = sources.recognise(path, name, context)
        if source is None or source.id != "fec":
            found[name] = sources.read_file(path, name, context)
    return found


def test_written_twice_it_has_the_same_bytes(workspace: Workspace, tmp_path: Path) -> None:
    write_demo(tmp_path / "again")
    names = sorted(path.relative_to(workspace.root) for path in workspace.root.rglob("*") if path.is_file())
    again = sorted(
        path.relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*") if path.is_file()
    )
    assert names == again
    _, different, missing = filecmp.cmpfiles(
        workspace.root, tmp_path / "again", list(map(str, names)), shallow=False
    )
    assert (different, missing) == ([], [])


def test_it_is_a_pole_of_the_promised_size() -> None:
    at_end = [m for m in pole.MEMBERS if m.left_on is None]
    assert (len(pole.MEMBERS), len(pole.QUARTERS), len(pole.CANDIDATES)) == (24, 12, 16)
    assert sum(m.presence == "permanent_resident" for m in at_end) == 10
    assert sum(m.presence == "occasional_user" for m in at_end) == 12
    sirens = [one.siren for one in pole.EVERYONE]
    assert len(set(sirens)) == len(sirens)
    assert all(luhn.is_valid(siren) and siren.startswith("999") for siren in sirens)


def test_every_file_is_recognised(workspace: Workspace, context: Context) -> None:
    kinds = {}
    for path in landing.inbox_files(workspace):
        name = path.relative_to(workspace.inbox).as_posix()
        source = sources.recognise(path, name, context) if path.stat().st_size else None
        kinds[name] = source.id if source else None
    assert {name for name, kind in kinds.items() if kind is None} == UNRECOGNISED
    assert {source.id for source in sources.SOURCES} <= set(kinds.values())
    assert 40 <= len(kinds) <= 60


def test_sound_files_have_no_refused_row(readings: dict[str, Reading]) -> None:
    sound = {name: reading for name, reading in readings.items() if name not in dirty.WRONG}
    assert {
        name: [r.reason for r in reading.refusals] for name, reading in sound.items() if reading.refusals
    } == {}
    assert all(piece.rows_refused == 0 for reading in sound.values() for piece in reading.slices)


@pytest.mark.parametrize("name", sorted(name for name in dirty.WRONG if not name.startswith("revenue/")))
def test_dirty_files_are_told_what_is_wrong(readings: dict[str, Reading], name: str) -> None:
    refusals = readings[name].refusals
    assert refusals
    assert all(refusal.reason.endswith(".") and refusal.remedy for refusal in refusals)


def test_the_correction_is_applied(readings: dict[str, Reading]) -> None:
    codes = [f.code for f in readings["declarations/activite des candidats.csv"].findings]
    assert codes == ["correction_applied"]


def test_who_joins_late_gains_a_little(context: Context) -> None:
    """The true effect is in the data and in nothing else: the same draw without joining gives the rest."""
    member = next(m for m in pole.MEMBERS if m.is_late and m.joined_on == date(2024, 7, 1))
    stranger = pole.Organisation(**{**vars(member), "joined_on": None})
    gains = {q: story.turnover(member, q) / story.turnover(stranger, q) for q in pole.QUARTERS}
    assert all(abs(float(gain) - (1.08 if q >= Quarter(2024, 3) else 1)) < 1e-6 for q, gain in gains.items())
