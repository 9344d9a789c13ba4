"""Bookings at scale beside DuckDB's own reader and pandas: `python -m benchmarks.bookings_ingest [ROWS]`.

One CSV of our own columns, one row in a thousand wrong. Each way runs alone over the same invented file.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from benchmarks.measure import Results, alone
from ingest import sources
from ingest.context import Context, Member
from ingest.landing import LandedFile
from ingest.record import Recorder
from periscope import warehouse
from periscope.files import file_hash
from periscope.settings import Thresholds

ROOMS = {f"S{n:02d}": f"Salle {n:02d}" for n in range(20)}
MEMBERS = [Member(f"M{n:02d}", f"{n:09d}", f"Membre invente {n:02d}") for n in range(24)]
WRONG_EVERY = 1000
_FIRST = datetime(2024, 1, 1, 8)  # noqa: DTZ001 - a log says local hours


def generate(path: Path, rows: int) -> None:
    """Hours of twenty rooms over three years; every thousandth row names a room that is nowhere."""
    with path.open("w", encoding="utf-8") as file:
        file.write(
            "room,starts_at,ends_at,booked_by,category,status,participants,price_eur_net,booking_ref\n"
        )
        for n in range(rows):
            begin = _FIRST + timedelta(hours=n % 26_000)
            room = "Nulle part" if n % WRONG_EVERY == WRONG_EVERY - 1 else f"Salle {n % 20:02d}"
            who = f"Membre invente {n % 24:02d}" if n % 3 else "Client de passage"
            file.write(
                f"{room},{begin:%Y-%m-%d %H:%M},{begin + timedelta(hours=1 + n % 4):%Y-%m-%d %H:%M},{who},"
                f"external,confirmed,{n % 30},{n % 90}.50,R{n}\n"
            )


def context() -> Context:
    return Context(
        members=MEMBERS,
        rooms=ROOMS,
        aliases={},
        managing_body_siren="",
        mappings={},
        corrections=[],
        thresholds=Thresholds(),
        key=bytes(32),
        window=(date(2023, 1, 1), date(2026, 12, 31)),
    )


def load(path: Path, folder: Path) -> int:
    """Our way: encoding, separator, line numbers, rooms, members, moments in Paris, refusals, slices, into the table."""
    reading = sources.read_file(path, f"bookings/{path.name}", context())
    file = LandedFile(file_hash(path), f"bookings/{path.name}", 1, 1, "2026-11-23", False)
    with warehouse.connect(folder / "load.duckdb", temporary=folder / "tmp") as connection:
        warehouse.create_raw(connection)
        recorder = Recorder(connection)
        recorder.store(file, path.stat().st_size, "", reading, "accepted")
        recorder.flush()
        refused = sum(piece.rows_refused for piece in reading.slices)
        return _count(connection, "bookings.bookings") + refused


def read_csv(path: Path, folder: Path) -> int:
    """DuckDB's reader, the same casts, into a table: no room, member, refusal or slice."""
    with warehouse.connect(folder / "read_csv.duckdb", temporary=folder / "tmp", reach=[path]) as connection:
        connection.execute(
            """
            create table lines as
            select
                * replace (
                    strptime(starts_at, '%Y-%m-%d %H:%M') as starts_at, strptime(ends_at, '%Y-%m-%d %H:%M') as ends_at,
                    cast(participants as integer) as participants, cast(price_eur_net as decimal(18, 2)) as price_eur_net
                )
            from read_csv($path, delim = ',', header = true, quote = '"', all_varchar = true)
            """,
            {"path": str(path)},
        )
        return _count(connection, "lines")


def pandas_c(path: Path, folder: Path) -> int:
    """pandas' C engine, the same casts."""
    import pandas as pd

    frame = pd.read_csv(path, dtype=str, engine="c", keep_default_na=False)
    for name in ("starts_at", "ends_at"):
        frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d %H:%M")
    for name in ("participants", "price_eur_net"):
        frame[name] = pd.to_numeric(frame[name])
    with warehouse.connect(folder / "pandas.duckdb", temporary=folder / "tmp") as connection:
        connection.register("frame", frame)
        connection.execute("create table lines as select * from frame")
        return _count(connection, "lines")


def _count(connection: warehouse.Connection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "planning.csv"
        generate(path, rows)
        print(f"{rows:,} bookings, {path.stat().st_size / 1e6:,.0f} MB\n")
        results = Results(f"bookings_ingest-{rows}", "read_csv")
        for way in (read_csv, load, pandas_c):
            count, cost = alone(way, path, folder)
            assert count == rows, f"{way.__name__}: {count} rows of {rows}"
            results.add(way.__name__, cost)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
