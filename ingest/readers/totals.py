"""Totals written by senders are recomputed: one that is not the sum of its lines is told, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ingest.readers import grid as grids
from ingest.readers.grid import Block, Row
from ingest.unreadable import Unreadable
from ingest.values import parse
from periscope.receipts import Refusal
from periscope.tables import Column, Table

_SUMMED = ("eur", "fte", "hours", "count")


class Totals:
    """Sums of one table's lines, from its beginning and since its last total."""

    def __init__(self, table: Table, block: Block) -> None:
        self._places = {
            place: column
            for place, name in block.columns.items()
            for column in table.columns
            if column.name == name and column.type in _SUMMED
        }
        self._whole = self._zero()
        self._since = self._zero()

    def _zero(self) -> dict[str, Decimal | None]:
        return {column.name: Decimal(0) for column in self._places.values()}

    def add(self, values: dict[str, Any], refusals: list[Refusal]) -> None:
        """One line; a cell that could not be read makes the sum of its column unknown."""
        unread = {refusal.column for refusal in refusals}
        for sums in (self._whole, self._since):
            for name, total in sums.items():
                is_known = total is not None and name not in unread
                sums[name] = (total or 0) + Decimal(values.get(name) or 0) if is_known else None

    def check(self, row: Row) -> Iterator[tuple[Column, str]]:
        """(column, French sentence) for each total of this line that no sum explains."""
        for place, column in self._places.items():
            cell = row.cells[place] if place < len(row.cells) else None
            sums = (self._whole[column.name], self._since[column.name])
            try:
                written = None if grids.is_empty(cell) else parse(column, cell)
            except Unreadable:
                continue
            if written is not None and None not in sums and written not in sums:
                message = f"Le total écrit ({_french(written)}) n'est pas la somme des lignes ({_french(sums[0])}), seule utilisée."
                yield column, message
        self._since = self._zero()


def _french(number: object) -> str:
    return str(number).replace(".", ",")
