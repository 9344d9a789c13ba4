"""Survey exports (KoboToolbox, LimeSurvey, Framaforms, Google Forms), put into our words by `[mappings]`.

A repeat group of Kobo is a sheet, or a CSV file beside the others, whose `_parent_index` points to the `_index` of its
parent (or `_submission__uuid` to its `_uuid`): its rows are completed with the cells of their parents. Columns that no
mapping names (addresses, IP, e-mail) are never read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ingest import companions
from ingest.context import Context, fold
from ingest.readers import grid as grids
from ingest.readers.grid import Block, Grid, Row, Sheet
from ingest.readers.parts import Part
from ingest.values import text_of
from periscope import tables
from periscope.errors import shown
from periscope.receipts import Reading, Slice
from periscope.settings import Mapping

_INDEX, _PARENT, _PARENT_TABLE = "_index", "_parent_index", "_parent_table_name"
#: (column of the child, column of the parent), in order of trust
_LINKS = ((_PARENT, _INDEX), ("_submission__uuid", "_uuid"))
_LINK_TITLES = {fold(title) for link in _LINKS for title in link}
_HEADER_WITHIN = 30


@dataclass(eq=False)
class _Table:
    """A sheet whose header row was found; `parent` is the sheet that its rows continue. `name` is its file's for a CSV."""

    sheet: Sheet
    name: str
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


def is_linked(rows: list[list[str]], mappings: list[Mapping]) -> bool:
    """Is one of these rows the header of a file that another completes: a link, and a title that we know?"""
    wanted = {fold(title) for mapping in mappings for title in mapping.columns}
    folded = [{fold(text) for text in row} for row in rows]
    return any(row & _LINK_TITLES and row & wanted for row in folded)


def read(path: Path, name: str, context: Context) -> Reading:
    """Read a survey export: the rows go the way of declarations. Answers that a group's file continues are its rows."""
    from ingest.readers import declarations

    grid = grids.read_grid(path)
    continued = [t for _, found, base in _bases(grid, name, context) for t in base.ancestry if t in found]
    if continued and not parts(grid, name, context):
        piece = Slice("survey_answers", rows_read=len(continued[0].rows), scope=name)
        return Reading("survey_answers", grid.encoding, grid.separator, slices=[piece])
    return declarations.read_grid(grid, name, context).reading


def parts(grid: Grid, name: str, context: Context) -> list[Part]:
    """One part per mapping that this file answers to; empty when it is no mapped survey."""
    return [
        Part(mapping.kind, base.sheet.name, _block(base, _wanted(mapping), mapping))
        for mapping, found, base in _bases(grid, name, context)
        if base in found
    ]


def _wanted(mapping: Mapping) -> dict[str, str]:
    return {fold(header): column for header, column in mapping.columns.items()}


def _bases(grid: Grid, name: str, context: Context) -> list[tuple[Mapping, list[_Table], _Table]]:
    """For each mapping: the tables of this file, and the one with one row per item, which may be in a file beside."""
    beside = companions.beside(name, context) if grid.separator else []
    own_name = PurePosixPath(name).stem if grid.separator else ""
    bases = []
    for mapping in context.mappings.values():
        if mapping.kind not in tables.DECLARATIONS:
            continue
        wanted = set(_wanted(mapping))
        found = [
            t for sheet in grid.sheets if (t := _table(sheet, own_name or sheet.name, wanted)) is not None
        ]
        others = [t for sheet in beside if (t := _table(sheet, sheet.name, wanted)) is not None]
        base = _base(_linked([*found, *others]), wanted)
        if base is not None:
            bases.append((mapping, found, base))
    return bases


def _table(sheet: Sheet, name: str, wanted: set[str]) -> _Table | None:
    def score(row: Row) -> int:
        texts = {fold(cell) for cell in row.cells if isinstance(cell, str)}
        return len(texts & wanted) + len(texts & _LINK_TITLES)

    header = max(sheet.rows[:_HEADER_WITHIN], key=score, default=None)
    if header is None or score(header) == 0:
        return None
    rows = [row for row in sheet.rows if row.number > header.number and not row.is_blank]
    return _Table(sheet, name, header, rows)


def _linked(found: list[_Table]) -> list[_Table]:
    """Children know their parent: named by `_parent_table_name`, else the only other table that is no child itself."""
    for child in (table for table in found if _is_child(table)):
        others = [
            t for t in found if t is not child and _link(child, t) is not None and child not in t.ancestry
        ]
        position = child.position(_PARENT_TABLE)
        named = {fold(text_of(_at(row, position))) for row in child.rows} if position is not None else set()
        roots = [t for t in others if fold(t.name) in named] or [t for t in others if not _is_child(t)]
        child.parent = roots[0] if len(roots) == 1 else None
    return found


def _is_child(table: _Table) -> bool:
    """Do its rows point to others? The first table of some exports has the column, and -1 or nothing in it."""
    positions = [table.position(child) for child, _ in _LINKS]
    return any(
        text_of(_at(row, position)) not in ("", "-1")
        for position in positions
        if position is not None
        for row in table.rows
    )


def _link(child: _Table, parent: _Table) -> tuple[int, int] | None:
    """Where the child points from, and to."""
    for titles in _LINKS:
        start, end = child.position(titles[0]), parent.position(titles[1])
        if start is not None and end is not None:
            return start, end
    return None


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
    link, index = _link(table, table.parent) or (None, None)
    parents_width = sum(len(ancestor.header.cells) for ancestor in table.parent.ancestry)
    by_index = {text_of(_at(row, index)): row for row in parents}
    used = set()
    joined = []
    for row in table.rows:
        key = text_of(_at(row, link))
        parent = by_index.get(key)
        used.add(key)
        if parent is None:
            message = "Cette ligne renvoie à une réponse (_parent_index) qui n'est pas dans l'export."
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
    return "\n".join(map(shown, lines))
