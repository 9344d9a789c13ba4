"""Landing: content decides, names are hints, nothing is received twice."""

from __future__ import annotations

import errno
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingest import landing, originals
from periscope import doctor, template
from periscope.errors import PeriscopeError
from periscope.records import RecordError
from periscope.workspace import Workspace

DAY = date(2026, 10, 5)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return template.create(tmp_path / "pole")


def put(workspace: Workspace, name: str, content: str = "a") -> None:
    path = workspace.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def land(workspace: Workspace, refused: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    return [(entry.event, entry.source_file) for entry in landing.land(workspace, DAY, refused)[0]]


def test_a_file_in_place_is_received_once(workspace: Workspace) -> None:
    put(workspace, "revenue/a.txt")
    assert land(workspace) == [("landed", "revenue/a.txt")]
    assert land(workspace) == []
    (original,) = [p for p in workspace.landed.iterdir() if p.suffix != ".jsonl"]
    assert original.read_text() == "a" and original.stat().st_mode & 0o777 == 0o600


def test_the_same_content_under_another_name_was_already_received(workspace: Workspace) -> None:
    put(workspace, "a.csv")
    land(workspace)
    put(workspace, "sub/b.csv")
    assert land(workspace) == [("already_received", "sub/b.csv")]
    assert land(workspace) == []
    assert len(landing.landed_files(workspace)) == 1


def test_a_refused_file_renamed_gets_another_chance(workspace: Workspace) -> None:
    put(workspace, "compta.txt")
    land(workspace)
    (file,) = landing.landed_files(workspace)
    put(workspace, "732829320FEC20261231.txt")
    assert land(workspace, frozenset({file.file_id})) == [("renamed", "732829320FEC20261231.txt")]
    (file,) = landing.landed_files(workspace)
    assert file.source_file == "732829320FEC20261231.txt" and file.seq == 1


def test_a_changed_file_is_another_file(workspace: Workspace) -> None:
    put(workspace, "a.csv", "1")
    land(workspace)
    put(workspace, "a.csv", "2")
    assert land(workspace) == [("landed", "a.csv")]
    assert [file.batch for file in landing.landed_files(workspace)] == [1, 2]


def _journal(workspace: Workspace) -> Path:
    return workspace.landed / "journal.jsonl"


def _damaged(workspace: Workspace) -> list[str]:
    """Three files landed, the inbox emptied, and a byte of the second line of the journal changed. Returns their ids."""
    for name in ("a.csv", "b.csv", "c.csv"):
        put(workspace, name, name)
        land(workspace)
        (workspace.inbox / name).unlink()
    path, ids = _journal(workspace), [file.file_id for file in landing.landed_files(workspace)]
    first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second.replace(b'"', b"'", 1) + third)
    return ids


def test_a_damaged_line_stops_everything_and_nothing_is_forgotten(workspace: Workspace) -> None:
    ids = _damaged(workspace)
    before = _journal(workspace).read_bytes()
    put(workspace, "d.csv", "d")
    for _ in range(2):
        with pytest.raises(RecordError, match=r"journal\.jsonl, ligne 2 : illisible"):
            land(workspace)
    assert _journal(workspace).read_bytes() == before
    report = doctor.Report()
    originals.check(workspace, report)
    assert len(report.lost) == 2 and "ligne(s) 2 illisible(s)" in report.lost[0]
    assert "mis de côté" in report.lost[1] and f"warehouse/apart/{ids[1]}" in report.lost[1]
    assert [file.file_id for file in landing.landed_files(workspace)] == [ids[0], ids[2]]
    assert (workspace.warehouse / "apart" / ids[1]).read_text() == "b.csv"
    assert [path.read_bytes() for path in workspace.landed.glob("journal.jsonl.*")] == [before]
    again = doctor.Report()
    originals.check(workspace, again)
    assert again.lost == [] and land(workspace) == [("landed", "d.csv")]


@pytest.mark.parametrize("cut", [1, 30])
def test_a_journal_cut_short_is_damaged_too(workspace: Workspace, cut: int) -> None:
    put(workspace, "a.csv")
    land(workspace)
    path = _journal(workspace)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(RecordError, match="illisible"):
        landing.journal(workspace)


def test_a_journal_that_lost_lines_is_seen_by_the_originals_it_no_longer_knows(workspace: Workspace) -> None:
    for name in ("a.csv", "b.csv"):
        put(workspace, name, name)
        land(workspace)
    path = _journal(workspace)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    assert land(workspace) == [("landed", "b.csv")], "it is still in the inbox: received again"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    (workspace.inbox / "b.csv").unlink()
    with pytest.raises(PeriscopeError, match="des lignes du journal manquent"):
        land(workspace)


@pytest.mark.parametrize("end_of_line", ["\u2028", "\u2029", "\x85", "\x0b", "\r"])
def test_a_name_or_a_reason_may_hold_what_some_call_an_end_of_line(
    workspace: Workspace, end_of_line: str
) -> None:
    put(workspace, f"a{end_of_line}b.csv")
    put(workspace, "zz.csv", "z")
    assert len(land(workspace)) == 2
    landing.withdraw(workspace, "zz.csv", DAY, f"Eva{end_of_line}", f"en{end_of_line}double")
    assert [file.is_withdrawn for file in landing.landed_files(workspace)] == [False, True]
    assert land(workspace) == []


def test_hidden_files_links_and_office_locks_are_not_received(workspace: Workspace, tmp_path: Path) -> None:
    put(workspace, ".DS_Store")
    put(workspace, "declarations/~$form.xlsx")
    (tmp_path / "elsewhere.csv").write_text("secret")
    (workspace.inbox / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert land(workspace) == []


def test_an_original_that_named_an_erased_person_is_refused_each_time_it_comes_back(
    workspace: Workspace,
) -> None:
    put(workspace, "a.csv", "named")
    land(workspace)
    (first,) = landing.journal(workspace)
    landing.rewrite(workspace, [replace(first, file_id="f" * 64)])
    landing.append(workspace, [replace(first, seq=2, event=landing.ERASED, replaced_by="f" * 64)])
    assert land(workspace) == [("refused_again", "a.csv")]
    put(workspace, "b.csv", "named")
    assert land(workspace) == [("refused_again", "b.csv")]
    assert land(workspace) == []
    assert [file.file_id for file in landing.landed_files(workspace)] == ["f" * 64]


def test_a_purged_original_is_no_file_of_the_record_and_does_not_come_back(workspace: Workspace) -> None:
    put(workspace, "a.csv")
    land(workspace)
    (first,) = landing.journal(workspace)
    landing.append(workspace, [replace(first, seq=2, event=landing.PURGED)])
    assert land(workspace) == [] and landing.landed_files(workspace) == []


def test_a_full_disk_is_no_fault_of_the_file(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    put(workspace, "a.csv")

    def is_full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="no room"):
        patched.setattr("os.fsync", is_full)
        land(workspace)
    assert [path.name for path in workspace.landed.iterdir()] == []
    assert land(workspace) == [("landed", "a.csv")]
