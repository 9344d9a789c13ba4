"""Many FECs read side by side say what each says alone, in order; one that defeats its reader costs itself only."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest

from ingest.readers import fec, fec_ahead
from periscope import warehouse
from periscope.receipts import Reading
from tests import fecs

_LINES = "select * from revenue.fec_lines order by slice_id, row_number"
_FILES = "select * from revenue.fec_files order by slice_id"


def files(folder: Path) -> list[fec_ahead.File]:
    """Sound ones in several shapes, and two that are refused."""
    contents = [
        fecs.flat(fecs.accounts()),
        fecs.flat(fecs.accounts()[:5], separator="|", encoding="iso8859-15"),
        b"nothing of a FEC",
        fecs.xml(fecs.accounts()),
        fecs.quoted(fecs.accounts()),
        fecs.flat(fecs.accounts()[2:]) + b"broken\n",
    ]
    found = []
    for position, content in enumerate(contents):
        path = folder / f"landed-{position}"
        path.write_bytes(content)
        sender = "732829320" if position != 4 else "000000001"
        found.append((path, f"revenue/{sender}FEC{position}.txt", f"{position:064d}"))
    return found


def said(readings: list[Reading]) -> list[tuple[Any, ...]]:
    return [(r.refusals, r.findings, [(p.rows_read, p.rows_refused) for p in r.slices]) for r in readings]


def test_side_by_side_as_one_by_one(tmp_path: Path) -> None:
    with warehouse.connect(None) as together, warehouse.connect(None) as alone:
        for connection in (together, alone):
            warehouse.create_raw(connection)
            connection.begin()
        context, other = fecs.context(), fecs.context()
        many = list(fec_ahead.load_many(together, files(tmp_path), context))
        one = [fec.load(alone, *file, other) for file in files(tmp_path)]
        assert said(many) == said(one)
        assert [bool(reading.refusals) for reading in many] == [False, False, True, False, True, True]
        for sql in (_LINES, _FILES):
            assert together.execute(sql).fetchall() == alone.execute(sql).fetchall() != []
        assert sorted(map(repr, context.proposals)) == sorted(map(repr, other.proposals))
        together.rollback()
        assert together.execute(_LINES).fetchall() == []


def test_lines_that_are_inserted_are_held_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine keeps what is registered until the end of the transaction, which is that of all files."""
    read, tables = fec_ahead._read, list[weakref.ref[Any]]()

    def watched(*told: Any) -> Any:
        found = read(*told)
        tables.extend(weakref.ref(table) for table in found[1])
        return found

    monkeypatch.setattr(fec_ahead, "_read", watched)
    with warehouse.connect(None) as connection:
        warehouse.create_raw(connection)
        connection.begin()
        for _ in fec_ahead.load_many(connection, files(tmp_path), fecs.context()):
            pass
        gc.collect()
        assert len(tables) == 12 and [table() for table in tables] == [None] * 12


def test_a_large_file_is_read_by_the_warehouse_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fec_ahead, "_LARGEST_BYTES", 1000)
    with warehouse.connect(None) as connection:
        warehouse.create_raw(connection)
        many = list(fec_ahead.load_many(connection, files(tmp_path), fecs.context()))
        assert [reading.slices[0].rows_read if reading.slices else 0 for reading in many] == [
            14,
            5,
            0,
            14,
            0,
            13,
        ]


def test_a_reader_that_fails_costs_its_file_and_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fec._store

    def broken(connection: warehouse.Connection, *given: Any) -> None:
        whole(connection, *given)
        if connection.execute("select count(*) from revenue.fec_lines").fetchall() == [(5,)]:
            raise RuntimeError("canari")

    monkeypatch.setattr(fec, "_store", broken)
    with warehouse.connect(None) as connection:
        warehouse.create_raw(connection)
        many = list(fec_ahead.load_many(connection, files(tmp_path)[:2], fecs.context()))
        assert [reading.is_refused for reading in many] == [False, True]
        assert "canari" not in repr(many)
        assert connection.execute("select count(*) from revenue.fec_lines").fetchone() == (14,)
