"""A long log: what is read once for many rows is told for each row, and rows are inserted in bounded batches."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import bookings_ingest
from ingest import record
from ingest.readers import bookings, bookings_csv
from periscope import warehouse
from periscope.receipts import Reading

_HEADER = "room,starts_at,ends_at,booked_by,participants\n"
_WRONG = "Salle 01,2026-07-06 9h99,2026-07-06 11:00,Membre invente 01,douze\n"
_RIGHT = "Salle 01,2026-07-06 09:00,2026-07-06 11:00,Membre invente 01,12\n"


def reading_of(tmp_path: Path, text: str) -> Reading:
    path = tmp_path / "planning.csv"
    path.write_text(text, encoding="utf-8")
    return bookings_csv.read(path, "bookings/planning.csv", bookings_ingest.context())


def test_the_same_mistake_twice_is_refused_twice_each_at_its_line(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, _HEADER + _WRONG + _RIGHT + _WRONG)
    told = [(one.row, one.column, one.value) for one in reading.refusals]
    expected = [("starts_at", "2026-07-06 9h99"), ("participants", "douze")]
    assert told == [(row, *one) for row in (2, 4) for one in expected]
    assert sum(piece.rows_read for piece in reading.slices) == 3


def test_forgetting_cells_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.csv"
    bookings_ingest.generate(path, 2_500)
    whole = reading_of(tmp_path, path.read_text())
    monkeypatch.setattr(bookings, "_MOST_KEPT", 3)
    assert reading_of(tmp_path, path.read_text()) == whole
    assert len(whole.refusals) == 2


def test_a_log_longer_than_a_batch_is_inserted_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.csv"
    bookings_ingest.generate(path, 2_500)
    assert bookings_ingest.load(path, tmp_path) == 2_500
    with warehouse.connect(tmp_path / "load.duckdb") as connection:
        rows = connection.execute("select * from bookings.bookings order by all").fetchall()
    (tmp_path / "load.duckdb").unlink()
    monkeypatch.setattr(record, "_MOST_PENDING", 100)
    bookings_ingest.load(path, tmp_path)
    with warehouse.connect(tmp_path / "load.duckdb") as connection:
        assert connection.execute("select * from bookings.bookings order by all").fetchall() == rows
