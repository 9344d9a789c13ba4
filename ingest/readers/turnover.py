"""Turnover CSV: the columns of `activity` with siren and quarter, one slice per member, quarter, period and source.

The contract lets a corrected line replace the earlier one for the same member, period and source only, so each of
these is a slice of its own; refused rows are counted under their sender and quarter.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ingest import headers
from ingest.context import Context
from ingest.corrections import Corrector
from ingest.readers import grid as grids
from ingest.readers.rows import RowReader
from ingest.unreadable import Unreadable
from periscope import tables
from periscope.receipts import Reading, Slice

_TABLES = (tables.ACTIVITY, tables.STRUCTURE)


def read(path: Path, name: str, context: Context) -> Reading:
    """Slices `turnover` of one file. Raises Unreadable when no table of it has the columns of `activity`."""
    grid = grids.read_grid(path)
    reading = Reading("turnover", grid.encoding, grid.separator, findings=list(grid.findings))
    corrector = Corrector(name, context)
    rows = RowReader(name, context, corrector, reading)
    match = headers.Headers(_TABLES, context).match
    wanted = {column.name for table in _TABLES for column in table.columns if column.required}
    blocks = [(sheet.name, block) for sheet in grid.sheets for block in grids.blocks(sheet, match)]
    if not blocks:
        raise Unreadable(
            "Aucune ligne de titres de ce fichier ne correspond à un chiffre d'affaires.",
            f"Nommez au moins les colonnes {', '.join(sorted(wanted))}.",
        )
    for sheet, block in blocks:
        reading.columns += [
            (sheet, title, block.columns.get(place, ""), "" if place in block.columns else "colonne inconnue")
            for place, title in block.titles
        ]
        missing = sorted(wanted - set(block.columns.values()))
        if missing:
            rows.refuse_all("activity", sheet, None, block, missing)
        else:
            rows.read("activity", sheet, None, block)
    reading.slices = [part for piece in rows.finish().slices for part in _by_scope(piece)]
    return reading


def _by_scope(piece: Slice) -> list[Slice]:
    """The slice of one sender and quarter, cut by period and source."""
    parts: dict[str, Slice] = {}
    if piece.rows_refused or not piece.rows:
        parts[""] = replace(
            piece, kind="turnover", rows=[], rows_read=piece.rows_refused, rows_refused=piece.rows_refused
        )
    for row in piece.rows:
        scope = f"{row['period_start']}/{row['period_end']}/{row['source']}"
        empty = replace(piece, kind="turnover", scope=scope, rows=[], rows_read=0, rows_refused=0)
        part = parts.setdefault(scope, empty)
        part.add(row)
        part.rows_read += 1
    return list(parts.values())
