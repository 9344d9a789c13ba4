"""Append-only records: a line is whole or it is not there, and what cannot be read is never skipped."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from periscope.records import RecordError, append, delivered_to, read_lines


def test_lines_come_back_in_order_whatever_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "record" / "closings.jsonl"
    lines = [{"by": "a\u2028b"}, {"by": "c\nd"}, {"by": "é"}]
    for line in lines:
        append(path, line)
    assert read_lines(path) == lines
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_lines(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize("torn", [b'{"by": "c', b"\x00\x00", b"[1]", b"{"])
def test_a_last_line_cut_short_was_never_acknowledged(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "r.jsonl"
    append(path, {"n": 1})
    path.write_bytes(path.read_bytes() + torn)
    assert read_lines(path) == [{"n": 1}]
    append(path, {"n": 2})
    assert read_lines(path) == [{"n": 1}, {"n": 2}]


def test_a_last_line_that_only_lost_its_end_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    append(path, {"n": 1})
    path.write_bytes(path.read_bytes()[:-1])
    append(path, {"n": 2})
    assert read_lines(path) == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("bad", [b"{", b"[]", b"", b"\xff"])
def test_a_line_that_cannot_be_read_is_named_not_skipped(tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(b'{"n": 1}\n' + bad + b'\n{"n": 3}\n')
    with pytest.raises(RecordError, match=r"r\.jsonl, ligne 2 : illisible"):
        read_lines(path)


def test_a_disk_that_takes_half_a_line_leaves_the_record_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system may write fewer bytes than it was given, and say so by a number only."""
    path = tmp_path / "r.jsonl"
    append(path, {"n": 1})
    before = path.read_bytes()
    opened = os.fdopen

    class Full:
        """A file on a disk that has room for 4 bytes more."""

        def __init__(self, *arguments: object, **named: object) -> None:
            self._file = opened(*arguments, **named)  # type: ignore[call-overload]
            self._left = 4

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def write(self, data: bytes) -> int:
            if not self._left:
                raise OSError(errno.ENOSPC, "No space left on device")
            written: int = self._file.write(data[: self._left])
            self._left -= written
            return written

        def __getattr__(self, name: str) -> object:
            return getattr(self._file, name)

    monkeypatch.setattr(os, "fdopen", Full)
    with pytest.raises(OSError, match="No space"):
        append(path, {"n": 2})
    assert path.read_bytes() == before


def test_a_line_is_on_the_disk_in_a_private_folder_and_always_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "record" / "closed" / "r.jsonl"
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(path.read_bytes()))
    append(path, {"b": "é", "a": 1})
    assert synced == ['{"a": 1, "b": "é"}\n'.encode()], "what is asked of the disk has left this process"
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_who_holds_the_numbers_of_a_quarter(tmp_path: Path) -> None:
    for quarter, by in (("2026-Q2", "Eva"), ("2026-Q3", "Léo")):
        append(tmp_path / "closings.jsonl", {"quarter": quarter, "on": "2026-11-23", "by": by})
        append(
            tmp_path / "deliveries.jsonl",
            {"quarter": quarter, "on": "2026-11-20", "by": by, "reader": "sicoval"},
        )
    assert delivered_to(tmp_path, "2026-Q2") == [
        "tous les lecteurs, à la clôture du 2026-11-23 par Eva",
        "sicoval, remis le 2026-11-20 par Eva",
    ]
