"""What the records lost, or a struck command had not written yet, is found again or said; never passed over."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from periscope import doctor
from periscope.errors import PeriscopeError
from periscope.workspace import Run
from release import closing, health, place, publish, record
from tests.integration.test_protection import close, publication
from tests.secrecy import SecretPole, made_late


class Struck(BaseException):
    """The machine stops here."""


@pytest.fixture
def pole(tmp_path: Path) -> SecretPole:
    found = SecretPole(tmp_path / "ws", quarter="2026-Q1")
    for number in range(6):
        found.member(f"M{number}", Q2026_1=30_000 + 777 * number, Q2026_2=31_000 + 777 * number)
    return found


@pytest.fixture
def year(pole: SecretPole) -> tuple[SecretPole, Run]:
    """Two quarters closed."""
    for quarter in ("2026-Q1", "2026-Q2"):
        pole.quarter, pole.figures = quarter, []
        run = publication(pole.turnover_figures())
        close(pole, run)
    return pole, run


def examined(run: Run) -> doctor.Report:
    report = doctor.Report()
    health.check(run.workspace, report)
    return report


@pytest.mark.parametrize("kept", [0, 1])
def test_closings_that_the_record_lost_come_back_from_their_proof(
    year: tuple[SecretPole, Run], kept: int
) -> None:
    pole, run = year
    path = record.closings_path(run.workspace)
    before = path.read_bytes()
    path.write_bytes(b"".join(before.splitlines(keepends=True)[:kept]))
    published = (run.workspace.published / "2026-Q2" / "committee" / "figures.csv").read_bytes()
    pole.turnover["M0", "2026-Q2"] += 500
    pole.figures = []
    with pytest.raises(PeriscopeError, match="2026-Q2 a été clos, mais record"):
        publication(pole.turnover_figures())
    assert (run.workspace.published / "2026-Q2" / "committee" / "figures.csv").read_bytes() == published
    report = examined(run)
    assert report.lost == [] and len(report.mended) == 2 - kept
    assert path.read_bytes() == before
    assert examined(run).mended == []


def test_a_closing_whose_proof_is_gone_too_is_said_to_be_lost(year: tuple[SecretPole, Run]) -> None:
    _, run = year
    record.closings_path(run.workspace).unlink()
    (run.workspace.record / "closed" / "2026-Q1" / "internal.zip").write_bytes(b"torn")
    report = examined(run)
    assert any("ne dit plus que 2026-Q1 est clos" in line for line in report.lost)


def test_a_registry_that_forgot_what_was_given_is_not_healthy(year: tuple[SecretPole, Run]) -> None:
    _, run = year
    path = run.workspace.record / "registry.jsonl"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    assert any("registry.jsonl ne contient pas" in line for line in examined(run).lost)


@pytest.mark.parametrize("struck_at", ["before the exchange", "after the exchange", "half recorded"])
def test_what_a_struck_publication_adds_to_the_records_is_there_if_it_is_in_place(
    pole: SecretPole, monkeypatch: pytest.MonkeyPatch, struck_at: str
) -> None:
    run = publication(pole.turnover_figures())
    lines: list[record.Line] = [("acceptances.jsonl", {"n": 1}), ("acceptances.jsonl", {"n": 2})]
    pole.turnover["M0", "2026-Q1"] += 500
    pole.figures = []
    pole.turnover_figures().build()
    with monkeypatch.context() as patched:
        if struck_at == "before the exchange":
            patched.setattr(place, "_exchange", _strike)
        elif struck_at == "after the exchange":
            patched.setattr(record, "settle", _strike)
        else:
            patched.setattr(record, "append", _once(record.append))
        with pytest.raises(Struck), pole.warehouse(run) as connection:
            from protection import figures, masks

            figures.bind(connection)
            masks.protect(connection, run)
            publish.publish(connection, run, made_late(lambda folders: None), lines)
    path = run.workspace.record / "acceptances.jsonl"
    record.settle(run.workspace)
    found = record.read_lines(path)
    assert found == ([] if struck_at == "before the exchange" else [{"n": 1}, {"n": 2}])
    record.settle(run.workspace)
    assert record.read_lines(path) == found


def test_a_closing_struck_after_its_pages_are_in_place_is_recorded_by_the_next_command(
    pole: SecretPole, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = publication(pole.turnover_figures())
    with monkeypatch.context() as patched, pytest.raises(Struck):
        patched.setattr(record, "settle", _strike)
        close(pole, run)
    assert not closing.is_closed(run.workspace, "2026-Q1")
    record.settle(run.workspace)
    assert closing.is_closed(run.workspace, "2026-Q1")
    assert examined(run).text.startswith("Tout est sain")


def _strike(*_: object) -> None:
    raise Struck


def _once(append: object) -> object:
    """The first line is written, then the machine stops."""
    calls: list[object] = []

    def appended(path: Path, line: dict[str, object]) -> None:
        if calls:
            raise Struck
        calls.append(line)
        assert callable(append)
        append(path, line)

    return appended


def test_a_closing_is_hashed_as_it_is_written() -> None:
    """Letters as they are: the verifier of a bundle, which has no other code of ours, computes the same."""
    entry = {"quarter": "2026-Q3", "by": "Zoé", "hash": "left out"}
    written = '{"by": "Zoé", "quarter": "2026-Q3"}'
    assert record.entry_hash(entry) == hashlib.sha256(written.encode()).hexdigest()
