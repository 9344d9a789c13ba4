"""Refused rows as their senders wrote them, persons left out, to be sent back and mended."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingest.persons import HOLDER_CODE
from ingest.values import text_of
from periscope import tables
from periscope.receipts import Refusal, Slice
from periscope.tables import Column

PERSONAL = ("person", "person_date")


@dataclass(frozen=True)
class RefusedRow:
    """One refused row; `cells` and `reasons` are by column, "" being the row as a whole."""

    kind: str
    sheet: str
    row_number: int
    sender: str
    sender_siren: str
    quarter: str
    cells: dict[str, str]
    reasons: dict[str, str]


def as_written(
    kind: str,
    sheet: str,
    number: int,
    where: tuple[str, str, str],
    raw: dict[str, object],
    refusals: list[Refusal],
) -> RefusedRow:
    """A row refused while it was read, from its raw cells; `where` is sender, SIREN and quarter."""
    personal = {column.name for column in tables.DECLARATIONS[kind].columns if column.type in PERSONAL}
    cells = {name: text_of(cell) for name, cell in raw.items() if name not in personal and text_of(cell)}
    return RefusedRow(kind, sheet, number, *where, cells, _reasons(refusals))


def repeated(piece: Slice, row: dict[str, Any], refusal: Refusal) -> RefusedRow:
    """A row that repeats a key, from its typed values: its holder is then a code."""
    names = {column.name: column for column in (*tables.DECLARATIONS[piece.kind].columns, HOLDER_CODE)}
    cells = {
        name: _written(names[name], value)
        for name, value in row.items()
        if name in names and value is not None
    }
    where = (piece.sender, piece.sender_siren, piece.quarter)
    return RefusedRow(piece.kind, piece.sheet, row["row_number"], *where, cells, _reasons([refusal]))


def _reasons(refusals: list[Refusal]) -> dict[str, str]:
    reasons: dict[str, str] = {}
    for refusal in refusals:
        reasons.setdefault(refusal.column, f"{refusal.reason} {refusal.remedy}")
    return reasons


def _written(column: Column, value: object) -> str:
    """A typed value as a person would write it; three decimals get a zero more, to be no doubt (`1,2340`)."""
    if isinstance(value, Decimal):
        whole, _, decimals = f"{value:f}".partition(".")
        decimals = decimals.rstrip("0")
        if not decimals:
            return whole
        return f"{whole},{decimals}" + ("0" if len(decimals) == 3 else "")
    return column.choices[str(value)][0] if value in column.choices else text_of(value)
