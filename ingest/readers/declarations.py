"""Declarations: a form workbook (sheet `structure` for the sender), a CSV of one kind, or a mapped survey export."""

from __future__ import annotations

from pathlib import Path

from ingest import headers, persons
from ingest.context import Context, fold
from ingest.corrections import Corrector
from ingest.readers import grid as grids
from ingest.readers import survey
from ingest.readers.grid import Block, Grid, Row, Sheet
from ingest.readers.parts import Part
from ingest.readers.refused_rows import RefusedRow
from ingest.readers.rows import Declarant, RowReader
from ingest.unreadable import Unreadable
from periscope import tables
from periscope.receipts import Finding, Reading

#: the list of refusals in the workbooks that we send back (ingest.returns)
REFUSALS_SHEET = "refus"


def read(path: Path, name: str, context: Context) -> Reading:
    """Slices of one file, one per sheet, kind, sender and quarter. Raises Unreadable when it holds no known kind."""
    return read_grid(grids.read_grid(path), name, context).reading


def refused_rows(path: Path, name: str, context: Context) -> list[RefusedRow]:
    """The rows of one file that were refused by themselves, as their sender wrote them. Raises Unreadable."""
    return read_grid(grids.read_grid(path), name, context).refused


def read_grid(grid: Grid, name: str, context: Context) -> RowReader:
    """Read the declarations of a file already opened. Raises Unreadable when it holds no known kind."""
    reading = Reading("declarations", grid.encoding, grid.separator, findings=list(grid.findings))
    corrector = Corrector(name, context)
    rows = RowReader(name, context, corrector, reading)
    before = set(context.holders)
    parts = survey.parts(grid, name, context)
    if parts:
        reading.kind_of_file, declarant = "survey", None
    else:
        declarant = _structure(grid, rows)
        parts = _parts(grid, reading, context)
    if not parts:
        raise Unreadable(
            "Aucune feuille et aucune ligne de titres de ce fichier ne correspond à une déclaration.",
            "Utilisez le formulaire fourni, ou déclarez vos titres de colonnes dans register/aliases.csv (genre « column »).",
        )
    for part in parts:
        _read_part(part, declarant, rows)
    rows.finish()
    if not reading.slices and not reading.refusals:
        raise Unreadable(
            "Ce fichier a des titres mais aucune ligne, et ne dit pas qui déclare.",
            "Pour déclarer que rien n'a eu lieu, envoyez le formulaire avec sa feuille « structure » remplie.",
        )
    persons.propose_near_holders(context.holders, set(context.holders) - before, context)
    return rows


def kind_of_sheet(name: str) -> str | None:
    """The kind that a sheet's name says: identifier, French sheet name or label."""
    wanted = fold(name)
    for kind, table in tables.DECLARATIONS.items():
        if wanted in (fold(kind), fold(table.sheet), fold(table.label_fr)):
            return kind
    return None


def _is_structure(sheet: Sheet) -> bool:
    return fold(sheet.name) in (fold(tables.STRUCTURE.sheet), fold(tables.STRUCTURE.label_fr))


def _structure(grid: Grid, rows: RowReader) -> Declarant | None:
    """Who declares, from the sheet `structure`: labels over the values, or beside them. None without such a sheet."""
    sheet = next((sheet for sheet in grid.sheets if _is_structure(sheet)), None)
    if sheet is None:
        return None
    match = headers.Headers([tables.STRUCTURE], rows.context).match
    cells: dict[str, tuple[Row, str, object]] = {}
    for position, row in enumerate(sheet.rows):
        below = next((later for later in sheet.rows[position + 1 :] if not later.is_blank), None)
        for index, cell in enumerate(row.cells):
            column = match(cell) if isinstance(cell, str) else None
            if column is None or column in cells:
                continue
            for place, value in ((row, _cell(row, index + 1)), (below, _cell(below, index))):
                if (
                    place is not None
                    and not grids.is_empty(value)
                    and not (isinstance(value, str) and match(value))
                ):
                    cells[column] = (place, str(cell), value)
                    break
    return rows.declarant(sheet.name, cells)


def _cell(row: Row | None, index: int) -> object:
    return row.cells[index] if row is not None and index < len(row.cells) else None


def _parts(grid: Grid, reading: Reading, context: Context) -> list[Part]:
    found: list[Part] = []
    every = headers.declared(context)
    for sheet in grid.sheets:
        filled = [row for row in sheet.rows if not row.is_blank]
        if _is_structure(sheet) or sheet.name == REFUSALS_SHEET:
            continue
        kind = kind_of_sheet(sheet.name)
        known = (
            every if kind is None else headers.Headers([tables.DECLARATIONS[kind], tables.STRUCTURE], context)
        )
        blocks = grids.blocks(sheet, known.match)
        for block in blocks:
            of_block = kind or headers.kind_of_columns(set(block.columns.values()))
            if of_block is not None:
                found.append(Part(of_block, sheet.name, block))
            else:
                message = "Ce tableau n'est reconnu pour aucun genre de déclaration : il n'est pas lu."
                reading.findings.append(
                    Finding(message, sheet.name, block.header.number, code="unknown_table")
                )
        if kind is not None and not blocks:
            found.append(Part(kind, sheet.name, Block(filled[0], {}, filled[1:]) if filled else None))
        elif not blocks and filled:
            reading.findings.append(
                Finding("Feuille non reconnue : elle n'est pas lue.", sheet.name, code="unknown_sheet")
            )
    return found


def _read_part(part: Part, declarant: Declarant | None, rows: RowReader) -> None:
    if part.block is None:
        rows.nothing(part.kind, part.sheet, declarant)
        return
    _explain(part.kind, part.sheet, part.block, rows.reading)
    wanted = {column.name for column in tables.DECLARATIONS[part.kind].columns if column.required}
    if declarant is None:
        wanted |= {column.name for column in tables.STRUCTURE.columns if column.required}
    missing = sorted(wanted - set(part.block.columns.values()))
    if not part.block.rows:
        rows.nothing(part.kind, part.sheet, declarant)
    elif missing:
        rows.refuse_all(part.kind, part.sheet, declarant, part.block, missing)
    else:
        rows.read(part.kind, part.sheet, declarant, part.block)


def _explain(kind: str, sheet: str, block: Block, reading: Reading) -> None:
    """Note how each column was understood; those that were not are findings."""
    known = {*tables.DECLARATIONS[kind].names, *tables.STRUCTURE.names, persons.HOLDER_CODE.name}
    seen: dict[str, str] = {}
    for position, title in block.titles:
        column = block.columns.get(position, "")
        if column not in known:
            message = "Colonne inconnue : elle reste dans le fichier d'origine et n'est pas lue."
            reading.columns.append((sheet, title, "", "titre inconnu : conservé dans l'original, non lu"))
            reading.findings.append(
                Finding(message, sheet, block.header.number, title[:100], code="unknown_column")
            )
        elif column in seen:
            why = f"même colonne que « {seen[column]} » : la case remplie est lue"
            reading.columns.append((sheet, title, column, why))
        else:
            seen[column] = title
            reading.columns.append(
                (sheet, title, column, f"lu pour {tables.DECLARATIONS[kind].label_fr.lower()}")
            )
