"""Workbooks (.xlsx, .xlsb, .xls, .ods) by calamine, with what it does not tell: errors, formulas without value, hidden rows.

Runs inside a contained process (`ingest.contained`), which has looked at the zip directory first.
"""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ingest import contained
from ingest.readers import workbook_marks, xls_marks
from ingest.readers.grid import Grid, Row, Sheet
from ingest.readers.workbook_marks import Marks
from ingest.unreadable import Unreadable
from periscope.receipts import Finding

#: what stands in a cell whose formula has no usable value; `ingest.values` refuses both
NO_VALUE, NO_RESULT = "#VALEUR!", "#FORMULE!"
_MOST_CELLS = 5_000_000


def read(path: Path) -> Grid:
    """Every sheet, hidden ones too. Raises Unreadable in French when calamine cannot open the file."""
    raw = path.read_bytes()
    if raw.startswith(b"PK"):
        contained.preflight(path)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(_with_mimetype(raw)))
    except Exception as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise Unreadable(
                "Le classeur est protégé par un mot de passe.", "Ôtez le mot de passe, puis renvoyez-le."
            ) from None
        raise Unreadable(
            "Le classeur ne s'ouvre pas.", "Ouvrez-le, enregistrez-le en .xlsx, puis renvoyez-le."
        ) from None
    grid = Grid([])
    marks = _marks(raw, grid.findings)
    for position, about in enumerate(workbook.sheets_metadata):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = _sheet(workbook, position, about.name, marks.get(about.name, Marks()), grid.findings)
        if about.visible != SheetVisibleEnum.Visible and sheet.rows:
            grid.findings.append(
                Finding("Feuille masquée : elle est lue comme les autres.", about.name, code="hidden_sheet")
            )
        grid.sheets.append(sheet)
    return grid


def _marks(raw: bytes, findings: list[Finding]) -> dict[str, Marks]:
    try:
        return workbook_marks.of_zip(raw) if raw.startswith(b"PK") else xls_marks.of_xls(raw)
    except (struct.error, IndexError, KeyError, ValueError, zipfile.BadZipFile):
        message = (
            "Les cellules en erreur et les lignes masquées de ce classeur n'ont pas pu être recherchées."
        )
        findings.append(Finding(message, code="marks_unread"))
        return {}


def _sheet(workbook: Any, position: int, name: str, marks: Marks, findings: list[Finding]) -> Sheet:
    found = workbook.get_sheet_by_index(position)
    if found.total_height * found.total_width > _MOST_CELLS:
        raise Unreadable(
            "Une feuille s'étend sur des millions de cases vides.",
            "Supprimez les lignes et colonnes vides au-delà du tableau, puis renvoyez le fichier.",
        )
    cells = found.to_python(skip_empty_area=False)
    rows = [
        Row(number, [None if cell == "" else cell for cell in line]) for number, line in enumerate(cells, 1)
    ]
    _fill(rows, name, marks.errors, NO_VALUE, "une erreur de calcul", findings)
    _fill(rows, name, marks.hollow, NO_RESULT, "une formule enregistrée sans sa valeur", findings)
    hidden = sorted(n for n in marks.hidden_rows if n <= len(rows) and not rows[n - 1].is_blank)
    if hidden:
        shown = ", ".join(map(str, hidden[:20])) + (" …" if len(hidden) > 20 else "")
        message = f"{len(hidden)} ligne(s) masquée(s), lue(s) comme les autres : {shown}."
        findings.append(Finding(message, name, hidden[0], code="hidden_rows"))
    if any(last[0] > first[0] for first, last in found.merged_cell_ranges or []):
        findings.append(
            Finding(
                "Des cellules sont fusionnées sur plusieurs lignes : la valeur n'est lue que sur la première.",
                name,
                code="merged_cells",
            )
        )
    return Sheet(name, rows)


def _fill(
    rows: list[Row], name: str, cells: set[tuple[int, int]], text: str, what: str, findings: list[Finding]
) -> None:
    """Write `text` where calamine sees an empty cell, and say where."""
    for row, column in sorted(cells):
        while len(rows) < row:
            rows.append(Row(len(rows) + 1, []))
        line = rows[row - 1].cells
        line.extend([None] * (column - len(line)))
        if line[column - 1] is None:
            line[column - 1] = text
            message = f"La cellule {_letters(column)}{row} contient {what}."
            findings.append(Finding(message, name, row, code="formula_without_value"))


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _with_mimetype(raw: bytes) -> bytes:
    """The workbook itself; an .ods written without its `mimetype` entry gets one, which calamine insists on."""
    if not raw.startswith(b"PK"):
        return raw
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = archive.namelist()
        if "content.xml" not in names or "mimetype" in names:
            return raw
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as copy:
            copy.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            for name in names:
                copy.writestr(name, archive.read(name))
    return buffer.getvalue()
