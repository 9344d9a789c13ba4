"""A reader's folder, from the masked tables: figures, history, and for the house its sources and receipts."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from periscope import __version__, catalogue
from periscope.catalogue import FIGURE_COLUMNS
from periscope.files import file_hash
from periscope.warehouse import Connection, literal
from periscope.workspace import Run
from release import inputs, record
from release.record import INTERNAL

#: What a reader outside the house is told, pages apart.
TOLD = ("figures.csv", "history.csv", "rows.csv")
#: What no page is made from.
PROOFS = frozenset(
    (
        "figures.parquet",
        "rows.csv",
        "sources.csv",
        "receipts.csv",
        "amounts.csv",
        "withheld.csv",
        inputs.FILE_NAME,
    )
)
_DECIMALS = {"eur": 2, "share": 6, "fte": 3, "hours": 4, "count": 0, "number": 4}
#: Readers are told many figures alike: what one is written as is kept for the next ones.
_FIGURES_KEPT = 8192
#: Rates of money: their two counts are euros with cents.
_MONEY = ("turnover", "money")
_ORDER = ("indicator_id", "period", "perimeter", "dimension", "item")


def _number(value: Decimal, decimals: int | None) -> str:
    if decimals is not None:
        return f"{value:.{decimals}f}"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cells(row: dict[str, Any]) -> list[str]:
    """One figure as the texts of figures.csv: dot decimals, missing empty."""
    return _cells(tuple(row[name] for name in FIGURE_COLUMNS))


@lru_cache(_FIGURES_KEPT)
def _cells(values: tuple[Any, ...]) -> list[str]:
    row = dict(zip(FIGURE_COLUMNS, values, strict=True))
    is_money = catalogue.load()[row["indicator_id"]].criterion in _MONEY
    texts = []
    for name in FIGURE_COLUMNS:
        value = row[name]
        if value is None:
            texts.append("")
        elif name == "value":
            texts.append(_number(value, _DECIMALS[row["unit"]]))
        elif name in ("numerator", "denominator"):
            texts.append(_number(value, 2 if is_money else None))
        else:
            texts.append(str(value))
    return texts


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """UTF-8, comma, `\\n`; None is an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _rows(connection: Connection, sql: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, parameters or [])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def readers(connection: Connection) -> list[str]:
    """Every reader that protection wrote figures for."""
    found = connection.execute("select distinct reader from protection.reader_figures order by 1").fetchall()
    return [row[0] for row in found]


def write_folders(connection: Connection, run: Run, base: Path) -> list[Path]:
    """Write <base>/<reader>/ for every reader, with figures.csv and history.csv: all that its pages need of figures.

    `connection` is the candidate warehouse after protection, with `raw` attached. Pages, proofs and manifest come later.
    """
    folders = []
    for reader in readers(connection):
        folder = base / reader
        folder.mkdir(parents=True, mode=0o700)
        rows = _rows(connection, "select * from protection.reader_figures where reader = ?", [reader])
        for section, name in (("current", "figures"), ("history", "history")):
            told = sorted((row for row in rows if row["section"] == section), key=_order)
            write_csv(folder / f"{name}.csv", FIGURE_COLUMNS, map(cells, told))
        folders.append(folder)
    return folders


def write_proofs(connection: Connection, run: Run, folders: list[Path]) -> None:
    """Write `PROOFS` beside the figures: figures.parquet, rows.csv for a reader, what only the house may have for it."""
    for folder in folders:
        _write_parquet(connection, folder.name, folder / "figures.parquet")
        if folder.name == INTERNAL:
            _write_own_proofs(connection, folder)
            write_csv(folder / inputs.FILE_NAME, inputs.HEADER, inputs.Inputs.current(connection, run).rows())
        else:
            _write_rows(connection, folder)


def _order(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] for name in _ORDER)


def _write_parquet(connection: Connection, reader: str, path: Path) -> None:
    """The same rows as figures.csv, in the same order, with their types."""
    told = connection.sql(
        f"select {', '.join(FIGURE_COLUMNS)} from protection.reader_figures "
        f"where reader = $reader and section = 'current' order by {', '.join(_ORDER)}",
        params={"reader": reader},
    ).to_arrow_table()
    # not by `copy`, whose columns may be null or not by what they hold: the schema is the same for each quarter
    pq.write_table(told, path, compression="zstd")


def _write_rows(connection: Connection, folder: Path) -> None:
    """rows.csv: the rows that this reader may have, in the order of their pseudonyms."""
    connection.execute(
        f"""
        copy (with told as (
            select figure_id, row_id, contribution from protection.open_rows
            union all
            select figure_id, row_id, contribution from protection.agreed_rows where reader = $reader
        )
        select figure_id, row_id, rtrim(rtrim(contribution::varchar, '0'), '.') as contribution
        from told
        order by figure_id, row_id, told.contribution)
        to {literal(folder / "rows.csv")} (format csv, header)
        """,
        {"reader": folder.name},
    )


def write_sources(connection: Connection, folder: Path) -> None:
    """sources.csv: the rows of every figure published here."""
    header = ("figure_id", "source_file", "sheet", "row", "entity_id", "contribution")
    sources = connection.execute(
        """
        select s.figure_id, s.source_file, s.sheet, s.row, s.entity_id, s.contribution
        from marts.fct_figure_sources as s
        inner join protection.reader_figures as f on s.figure_id = f.figure_id
        where f.reader = 'internal' and f.section = 'current'
        order by all
        """
    ).fetchall()
    write_csv(
        folder / "sources.csv",
        header,
        ((*row[:5], "" if row[5] is None else _number(row[5], None)) for row in sources),
    )


def _write_own_proofs(connection: Connection, folder: Path) -> None:
    """What only the house may have: sources.csv, receipts.csv, amounts.csv (the registry's), withheld.csv."""
    write_sources(connection, folder)
    header: tuple[str, ...] = (
        "file",
        "sheet",
        "kind",
        "sender",
        "quarter",
        "rows_read",
        "rows_accepted",
        "rows_refused",
        "status",
    )
    receipts = connection.execute(
        """
        select source_file, sheet, kind, sender, quarter, rows_read, rows_accepted, rows_refused, status, superseded_by
        from raw.record.slices
        union all
        select source_file, '', coalesce(kind_of_file, ''), '', '', 0, 0, 0, status, ''
        from raw.record.files
        where file_id not in (select file_id from raw.record.slices) or status = 'already_received'
        order by all
        """
    ).fetchall()
    write_csv(folder / "receipts.csv", (*header, "superseded_by"), receipts)
    terms = connection.execute("select * from protection.terms order by all").fetchall()
    header = ("figure_id", "part", "measure", "period", "entity", "siren", "amount", "coefficient")
    write_csv(folder / "amounts.csv", header, terms)
    withheld = connection.execute(
        """
        select f.reader, m.figure_id, f.indicator_id, f.period, f.perimeter, f.dimension, f.item, m.cause
        from protection.masks as m
        inner join protection.reader_figures as f on m.figure_id = f.figure_id
        where f.status = 'suppressed'
        order by all
        """
    ).fetchall()
    header = ("reader", "figure_id", "indicator_id", "period", "perimeter", "dimension", "item", "cause")
    write_csv(folder / "withheld.csv", header, withheld)


def write_manifest(connection: Connection, run: Run, folder: Path) -> None:
    """manifest.json: version, settings, hashes of inputs, figures and pages; names of files for the house only."""
    inputs = dict(
        connection.execute(
            # what was kept out of the landing has a place in the receipts and no hash
            "select source_file, min(file_id) from raw.record.files where landed_seq is not null group by 1 order by 1"
        ).fetchall()
    )
    settings = asdict(run.workspace.settings)
    if folder.name != INTERNAL:
        settings = {name: settings[name] for name in ("pole_name", "is_fictitious", "secrecy", "thresholds")}
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    manifest = {
        "version": __version__,
        "quarter": str(run.quarter),
        "as_of": run.as_of.isoformat(),
        "reader": folder.name,
        "settings": settings,
        "input_hashes": inputs if folder.name == INTERNAL else sorted(set(inputs.values())),
        "figure_hash": file_hash(folder / "figures.csv"),
        "files": {name: file_hash(folder / name) for name in names if name != "manifest.json"},
        "previous_closing": record.last_hash(run.workspace),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
