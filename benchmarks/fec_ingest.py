"""FEC at scale beside DuckDB's own reader and pandas: `python -m benchmarks.fec_ingest [LINES] [FILES]`.

Each way runs alone in its own process over the same invented files, in the same run: wall, CPU, peak memory.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.measure import Results, alone
from ingest.context import Context, Member
from ingest.readers import fec_ahead
from periscope import warehouse
from periscope.settings import Thresholds

SIREN = "732829320"
LINES_OF_AN_ENTRY = 4
_DATES = ("EcritureDate", "PieceDate", "ValidDate")
_AMOUNTS = ("Debit", "Credit")
_KEPT = ("JournalCode", "EcritureDate", "CompteNum", "Debit", "Credit")


def generate(folder: Path, lines: int, files: int) -> list[Path]:
    """Sales of four lines each over a year, 18 columns, decimal comma, tab."""
    paths = []
    per_file = lines // files // LINES_OF_AN_ENTRY
    with warehouse.connect(None, reach=[folder]) as connection:
        for position in range(files):
            path = folder / f"{SIREN}FEC{position:04d}.txt"
            connection.execute(
                f"""
                copy (
                    with entries as (
                        select
                            e, cast(100 + e % 9000 as decimal(18, 2)) as net, e % 2000 as customer,
                            strftime(date '2026-01-01' + cast(e * 364 // {per_file} as integer), '%Y%m%d') as on_day
                        from range({per_file}) as r (e)
                    ),
                    sides as (
                        select *, unnest(['411000', '706000', '445710', '707000']) as account,
                            unnest([1.2, -0.7, -0.2, -0.3]) as side
                        from entries
                    )
                    select
                        'VE' as JournalCode, 'Journal des ventes' as JournalLib,
                        printf('VE%08d', e) as EcritureNum, on_day as EcritureDate, account as CompteNum,
                        'Compte ' || account as CompteLib,
                        case when account = '411000' then printf('C%05d', customer) end as CompAuxNum,
                        case when account = '411000' then printf('Client invente %05d', customer) end as CompAuxLib,
                        printf('F%08d', e) as PieceRef, on_day as PieceDate,
                        printf('Facture F%08d de prestations', e) as EcritureLib,
                        replace(cast(cast(greatest(net * side, 0) as decimal(18, 2)) as varchar), '.', ',') as Debit,
                        replace(cast(cast(greatest(-net * side, 0) as decimal(18, 2)) as varchar), '.', ',') as Credit,
                        '' as EcritureLet, '' as DateLet, on_day as ValidDate, '' as Montantdevise, '' as Idevise
                    from sides
                ) to {warehouse.literal(path)} (delimiter '\t', header true, quote '', escape '')
                """
            )
            paths.append(path)
    return paths


def load(paths: list[Path], folder: Path) -> int:
    """Our way: hash, encoding, line numbers, casts, refusals, control totals, roles, customers, one transaction."""
    members = [Member(f"m{n}", f"{n:09d}", f"Client invente {n:05d}") for n in range(24)]
    context = Context(
        members=[Member("seller", SIREN, "Vendeur"), *members],
        rooms={},
        aliases={},
        managing_body_siren="",
        mappings={},
        corrections=[],
        thresholds=Thresholds(),
        key=bytes(32),
        window=(date(2026, 1, 1), date(2026, 12, 31)),
    )
    with warehouse.connect(folder / "load.duckdb", temporary=folder / "tmp") as connection:
        warehouse.create_raw(connection)
        connection.begin()
        files = []
        for path in paths:
            with path.open("rb") as file:
                files.append((path, f"revenue/{path.name}", hashlib.file_digest(file, "sha256").hexdigest()))
        for reading in fec_ahead.load_many(connection, files, context):
            assert not reading.refusals, reading.refusals[0].reason
        connection.commit()
        return _count(connection, "revenue.fec_lines")


def _read_csv(paths: list[Path], folder: Path, columns: str) -> int:
    with warehouse.connect(folder / "read_csv.duckdb", temporary=folder / "tmp", reach=paths) as connection:
        connection.execute(
            f"""
            create table lines as select {columns}
            from read_csv($paths, delim = '\t', header = true, quote = '', escape = '', all_varchar = true, filename = true)
            """,
            {"paths": [str(path) for path in paths]},
        )
        return _count(connection, "lines")


def _casts(names: tuple[str, ...]) -> str:
    casts = {name: f"cast(strptime({name}, '%Y%m%d') as date) as {name}" for name in _DATES}
    casts |= {name: f"cast(replace({name}, ',', '.') as decimal(18, 2)) as {name}" for name in _AMOUNTS}
    return ", ".join(casts.get(name, name) for name in names)


def read_csv_whole(paths: list[Path], folder: Path) -> int:
    """DuckDB's reader, all 18 columns, the same casts, file name, into a table."""
    replaced = _casts((*_DATES, *_AMOUNTS))
    return _read_csv(paths, folder, f"* replace ({replaced})")


def read_csv_kept(paths: list[Path], folder: Path) -> int:
    """DuckDB's reader, only the columns that we keep: no line number, refusal, total or role."""
    return _read_csv(paths, folder, f"filename, {_casts(_KEPT)}")


def pandas_c(paths: list[Path], folder: Path) -> int:
    """pandas' C engine, all columns as text, the same casts, into a table file by file."""
    import pandas as pd

    with warehouse.connect(folder / "pandas.duckdb", temporary=folder / "tmp") as connection:
        for position, path in enumerate(paths):
            frame = pd.read_csv(path, sep="\t", dtype=str, quoting=3, engine="c", keep_default_na=False)
            for name in _DATES:
                frame[name] = pd.to_datetime(frame[name], format="%Y%m%d")
            for name in _AMOUNTS:
                frame[name] = pd.to_numeric(frame[name].str.replace(",", ".", regex=False))
            connection.register("frame", frame)
            verb = "insert into lines" if position else "create table lines as"
            connection.execute(f"{verb} select * from frame")
            connection.unregister("frame")
        return _count(connection, "lines")


def _count(connection: warehouse.Connection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])


WAYS: tuple[Callable[[list[Path], Path], int], ...] = (read_csv_whole, load, read_csv_kept, pandas_c)


def main(lines: int, files: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = generate(folder, lines, files)
        size = sum(path.stat().st_size for path in paths) / 1e6
        print(f"{lines:,} lines, {files} files, {size:,.0f} MB\n")
        results = Results(f"fec_ingest-{lines}-{files}", "read_csv_whole")
        for way in WAYS:
            count, cost = alone(way, paths, folder)
            assert count == files * (lines // files // LINES_OF_AN_ENTRY) * LINES_OF_AN_ENTRY
            results.add(way.__name__, cost)
            for database in folder.glob("*.duckdb*"):
                database.unlink()


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(given[0] if given else 1_000_000, given[1] if len(given) > 1 else 10)
