"""Any table file as sheets of cells that keep their physical line numbers. No meaning is given to a cell here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.context import fold
from ingest.unreadable import Unreadable
from periscope.receipts import Finding

#: returns the column that a header names, or None
Match = Callable[[str], str | None]


@dataclass(frozen=True)
class Row:
    """One line: `number` is physical (header = 1). `defect` says in French why its cells cannot be trusted."""

    number: int
    cells: list[object]
    defect: str = ""

    @property
    def is_blank(self) -> bool:
        return all(is_empty(cell) for cell in self.cells)


@dataclass
class Sheet:
    """One sheet of a workbook, or the whole of a text file (its name is then empty)."""

    name: str
    rows: list[Row]


@dataclass
class Grid:
    """A file of tables. `encoding` and `separator` are empty for workbooks."""

    sheets: list[Sheet]
    encoding: str = ""
    separator: str = ""
    findings: list[Finding] = field(default_factory=list)


@dataclass
class Block:
    """One table of a sheet: its header row, the columns understood, and its rows, blank ones left out."""

    header: Row
    columns: dict[int, str]
    rows: list[Row]

    @property
    def titles(self) -> list[tuple[int, str]]:
        return [
            (position, str(cell)) for position, cell in enumerate(self.header.cells) if not is_empty(cell)
        ]


def read_grid(path: Path) -> Grid:
    """Read any table file by its content. Raises Unreadable when it is no table."""
    if holds_workbook(path):
        from ingest.readers import workbooks

        return workbooks.read(path)
    from ingest.readers import text_tables

    return text_tables.read(path)


def holds_workbook(path: Path) -> bool:
    """True for a workbook, False for a text. Raises Unreadable when the file is compressed."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\x1f\x8b"):
        raise Unreadable(
            "Le fichier est compressé (gzip).", "Décompressez-le, puis déposez le fichier obtenu."
        )
    return is_workbook(head)


def is_workbook(head: bytes) -> bool:
    """True for the containers of .xlsx, .xlsb, .ods and .xls."""
    return head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def blocks(sheet: Sheet, match: Match) -> list[Block]:
    """The tables of a sheet: each starts at a row whose cells are mostly known headers."""
    found: list[Block] = []
    for row in sheet.rows:
        columns = header_columns(row, match)
        if columns is not None:
            if found and found[-1].rows and is_caption(found[-1].rows[-1]):
                found[-1].rows.pop()
            found.append(Block(row, columns, []))
        elif found and not row.is_blank:
            found[-1].rows.append(row)
    return found


def is_caption(row: Row) -> bool:
    """A lone text, just above the titles of another table."""
    filled = [cell for cell in row.cells if not is_empty(cell)]
    return not row.defect and len(filled) == 1 and isinstance(filled[0], str)


def header_columns(row: Row, match: Match) -> dict[int, str] | None:
    """Position -> column when the row is a header, else None."""
    filled = [(position, cell) for position, cell in enumerate(row.cells) if not is_empty(cell)]
    if row.defect or not all(isinstance(cell, str) for _, cell in filled):
        return None
    known = {position: column for position, cell in filled if (column := match(str(cell))) is not None}
    is_header = len(set(known.values())) >= 2 and 2 * len(known) >= len(filled)
    return known if is_header else None


def is_total(row: Row) -> bool:
    """A totals line: its first filled cell says so and half of the line or more is empty or numeric."""
    filled = [cell for cell in row.cells if not is_empty(cell)]
    if not filled or not says_total(str(filled[0])):
        return False
    return all(not isinstance(cell, str) or _looks_numeric(cell) for cell in filled[1:])


def says_total(text: str) -> bool:
    words = fold(text).rstrip(" :").split()
    return words[:1] in (["total"], ["totaux"]) or words[:2] in (["sous", "total"], ["sous", "totaux"])


def _looks_numeric(text: str) -> bool:
    return not any(character.isalpha() for character in text.replace("€", "").replace("EUR", ""))


def header_rows(sheets: list[Sheet], limit: int = 30) -> Iterator[list[str]]:
    """The texts of the first rows of each sheet, among which a header is looked for."""
    for sheet in sheets:
        for row in sheet.rows[:limit]:
            texts = [cell for cell in row.cells if isinstance(cell, str) and cell.strip()]
            if texts:
                yield texts
