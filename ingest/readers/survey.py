"""Survey exports (KoboToolbox, LimeSurvey, Framaforms, Google Forms), put into our words by `[mappings]`.

A repeat group of Kobo is a sheet whose `_parent_index` points to the `_index` of its parent: its rows are completed
with the cells of their parents. Columns that no mapping names (addresses, IP, e-mail) are never read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.context import Context, fold
from ingest.readers import grid as grids
from ingest.readers.grid import Block, Grid, Row, Sheet
from ingest.readers.parts import Part
from ingest.values import text_of
from periscope import tables
from periscope.receipts import Reading
from periscope.settings import Mapping

_INDEX, _PARENT, _PARENT_TABLE = "_index", "_parent_index", "_parent_table_name"
_HEADER_WITHIN = 30


@dataclass
class _Table:
    """A sheet whose header row was found; `parent` is the sheet that its rows continue."""

    sheet: Sheet
    header: Row
    rows: list[Row]
    parent: _Table | None = None

    def position(self, title: str) -> int | None:
        wanted = fold(title)
        return next(
            (p for p, cell in enumerate(self.header.cells) if isinstance(cell, str) and fold(cell) == wanted),
            None,
        )

    @property
    def ancestry(self) -> list[_Table]:
        return [self, *(self.parent.ancestry if self.parent else [])]


def read(path: Path, name: str, context: Context) -> Reading:
    """Read a survey export: the rows go the way of declarations."""
    from ingest.readers import declarations

    return declarations.read(path, name, context)


def parts(grid: Grid, context: Context) -> list[Part]:
    """One part per mapping that this file answers to; empty when it is no mapped survey."""
    found = []
    for mapping in context.mappings.values():
        if mapping.kind not in tables.DECLARATIONS:
            continue
        wanted = {fold(header): column for header, column in mapping.columns.items()}
        linked = _linked([t for sheet in grid.sheets if (t := _table(sheet, set(wanted))) is not None])
        base = _base(linked, set(wanted))
        if base is not None:
            found.append(Part(mapping.kind, base.sheet.name, _block(base, wanted, mapping)))
    return found


def _table(sheet: Sheet, wanted: set[str]) -> _Table | None:
    def score(row: Row) -> int:
        texts = {fold(cell) for cell in row.cells if isinstance(cell, str)}
        return len(texts & wanted) + len(texts & {fold(_INDEX), fold(_PARENT)})

    first_rows = sheet.rows[:_HEADER_WITHIN]
    header = max(first_rows, key=score, default=None)
    if header is None or score(header) == 0:
        return None
    return _Table(
        sheet, header, [row for row in sheet.rows if row.number > header.number and not row.is_blank]
    )


def _linked(found: list[_Table]) -> list[_Table]:
    """Children know their parent: named by `_parent_table_name`, else the only other sheet that has an `_index`."""
    for child in found:
        if child.position(_PARENT) is None:
            continue
        others = [
            t for t in found if t is not child and t.position(_INDEX) is not None and child not in t.ancestry
        ]
        position = child.position(_PARENT_TABLE)
        named = {fold(text_of(_at(row, position))) for row in child.rows} if position is not None else set()
        roots = [t for t in others if fold(t.sheet.name) in named] or [
            t for t in others if t.position(_PARENT) is None
        ]
        child.parent = roots[0] if len(roots) == 1 else None
    return found


def _base(found: list[_Table], wanted: set[str]) -> _Table | None:
    """The sheet with one row per item: the deepest that answers the mapping together with its parents."""

    def answered(table: _Table) -> set[str]:
        return {
            fold(cell) for t in table.ancestry for cell in t.header.cells if isinstance(cell, str)
        } & wanted

    able = [t for t in found if len(answered(t)) >= 2 and len(wanted) <= 2 * len(answered(t))]
    return max(able, key=lambda t: (len(answered(t)), -len(t.ancestry)), default=None)


def _block(base: _Table, wanted: dict[str, str], mapping: Mapping) -> Block:
    """The rows of the base sheet, each followed by the cells of its parents and by the constants."""
    titles: list[object] = []
    for table in base.ancestry:
        titles += table.header.cells
    columns = {p: wanted[fold(t)] for p, t in enumerate(titles) if isinstance(t, str) and fold(t) in wanted}
    for column in mapping.constants:
        columns[len(titles)] = column
        titles.append(f"{column} (constante de periscope.toml)")
    translations = {c: {fold(k): v for k, v in table.items()} for c, table in mapping.values.items()}
    rows = []
    for row in _joined(base):
        cells = [*row.cells, *mapping.constants.values()]
        for position, column in columns.items():
            cells[position] = _translated(cells[position], translations.get(column, {}))
        rows.append(Row(row.number, cells, row.defect))
    return Block(Row(base.header.number, titles), columns, rows)


def _joined(table: _Table) -> list[Row]:
    """Rows padded to their header and completed by their parents; a parent without children keeps a row of its own."""
    width = len(table.header.cells)
    if table.parent is None:
        return [Row(row.number, _padded(row.cells, width), row.defect) for row in table.rows]
    parents = _joined(table.parent)
    index, link = table.parent.position(_INDEX), table.position(_PARENT)
    parents_width = sum(len(ancestor.header.cells) for ancestor in table.parent.ancestry)
    by_index = {text_of(_at(row, index)): row for row in parents}
    used = set()
    joined = []
    for row in table.rows:
        key = text_of(_at(row, link))
        parent = by_index.get(key)
        used.add(key)
        if parent is None:
            message = "Cette ligne renvoie à une réponse (_parent_index) qui n'est pas dans le fichier."
            joined.append(Row(row.number, _padded(row.cells, width + parents_width), message))
        else:
            joined.append(Row(row.number, _padded(row.cells, width) + parent.cells, row.defect))
    childless = [row for key, row in by_index.items() if key not in used]
    return joined + [Row(row.number, [None] * width + row.cells, row.defect) for row in childless]


def _at(row: Row, position: int | None) -> object:
    return row.cells[position] if position is not None and position < len(row.cells) else None


def _padded(cells: list[object], width: int) -> list[object]:
    return [*cells, *[None] * (width - len(cells))][:width]


def _translated(cell: object, answers: dict[str, str]) -> object:
    """Their answer in our words. Several answers in one cell are translated one by one."""
    if grids.is_empty(cell) or not answers:
        return cell
    text = text_of(cell)
    if fold(text) in answers:
        return answers[fold(text)]
    several = [fold(part) for part in text.replace(",", ";").replace(" ", ";").split(";") if part]
    return ";".join(answers[part] for part in several) if all(part in answers for part in several) else cell


def explain(path: Path, name: str, context: Context) -> str:
    """How each column of a file was understood, as a French table for the terminal."""
    from ingest import sources

    reading = sources.read_file(path, name, context)
    lines = [
        f"{name} : {reading.kind_of_file or 'non reconnu'} {reading.encoding} {reading.separator!r}".rstrip(
            " '"
        )
    ]
    if reading.columns:
        table = [("Feuille", "Titre rencontré", "Colonne", "Pourquoi"), *reading.columns]
        cells = [[" ".join(text_of(cell).split())[:50] for cell in row] for row in table]
        widths = [max(len(row[i]) for row in cells) for i in range(3)]
        lines += ["  ".join([*(row[i].ljust(widths[i]) for i in range(3)), row[3]]) for row in cells]
    for piece in reading.slices:
        lines.append(
            f"{piece.kind}, {piece.sender or 'déclarant inconnu'}, {piece.quarter or 'trimestre inconnu'} : "
            f"{piece.rows_read} ligne(s) lue(s), {piece.rows_accepted} acceptée(s), {piece.rows_refused} refusée(s)."
        )
    lines += [f"Refus ligne {r.row} {r.column} : {r.reason} {r.remedy}" for r in reading.refusals]
    return "\n".join(lines)
