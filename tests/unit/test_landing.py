"""Landing: content decides, names are hints, nothing is received twice."""

from __future__ import annotations

import errno
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingest import landing
from periscope import template
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


def test_a_journal_line_cut_by_a_crash_is_dropped(workspace: Workspace) -> None:
    put(workspace, "a.csv")
    land(workspace)
    path = workspace.landed / "journal.jsonl"
    path.write_text(path.read_text() + '{"seq": 2, "batch"')
    assert [entry.seq for entry in landing.journal(workspace)] == [1]


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
