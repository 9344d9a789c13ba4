"""Workbooks (.xlsx, .xlsb, .xls, .ods) by calamine, with what it does not tell: errors and formulas without value.

Runs inside a contained process (`ingest.contained`), which has looked at the zip directory first.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

from defusedxml import ElementTree
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ingest import contained
from ingest.readers.grid import Grid, Row, Sheet
from ingest.unreadable import Unreadable
from periscope.receipts import Finding

#: what stands in a cell whose formula has no usable value; `ingest.values` refuses it by its leading #
NO_VALUE = "#VALEUR!"
_MOST_CELLS = 5_000_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"


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
    holes = _cells_without_value(raw)
    for position, about in enumerate(workbook.sheets_metadata):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = _sheet(workbook, position, about.name, holes.get(about.name, {}), grid.findings)
        if about.visible != SheetVisibleEnum.Visible and sheet.rows:
            grid.findings.append(
                Finding("Feuille masquée : elle est lue comme les autres.", about.name, code="hidden_sheet")
            )
        grid.sheets.append(sheet)
    return grid


def _sheet(
    workbook: Any, position: int, name: str, holes: dict[tuple[int, int], str], findings: list[Finding]
) -> Sheet:
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
    for (row, column), text in holes.items():
        while len(rows) < row:
            rows.append(Row(len(rows) + 1, []))
        line = rows[row - 1].cells
        line.extend([None] * (column - len(line)))
        if line[column - 1] is None:
            line[column - 1] = NO_VALUE
            findings.append(Finding(text, name, row, code="formula_without_value"))
    if any(last[0] > first[0] for first, last in found.merged_cell_ranges or []):
        findings.append(
            Finding(
                "Des cellules sont fusionnées sur plusieurs lignes : la valeur n'est lue que sur la première.",
                name,
                code="merged_cells",
            )
        )
    return Sheet(name, rows)


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


def _cells_without_value(raw: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """Sheet name -> (row, column) -> finding, for error cells and formulas saved without their value (.xlsx only)."""
    found: dict[str, dict[tuple[int, int], str]] = {}
    if not raw.startswith(b"PK"):
        return found
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return found
        for name, part in _sheet_parts(archive).items():
            with archive.open(part) as stream:
                found[name] = _scan(stream)
    return found


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    names = set(archive.namelist())
    if "xl/_rels/workbook.xml.rels" not in names:
        return {}
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    parts = {}
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.endswith("}sheet"):
            target = (
                next(
                    (targets.get(value) for key, value in element.attrib.items() if key.endswith("}id")), None
                )
                or ""
            )
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in names:
                parts[element.get("name", "")] = part
    return parts


def _scan(stream: Any) -> dict[tuple[int, int], str]:
    found = {}
    for _, element in ElementTree.iterparse(stream):
        if element.tag in (f"{_MAIN}c", f"{_STRICT}c"):
            space = element.tag[:-1]
            is_error = element.get("t") == "e"
            value = element.find(f"{space}v")
            is_hollow = element.find(f"{space}f") is not None and (value is None or value.text is None)
            place = re.fullmatch("([A-Z]{1,3})([0-9]{1,7})", element.get("r") or "")
            if place and (is_error or (is_hollow and element.get("t") != "str")):
                reason = "une erreur de calcul" if is_error else "une formule enregistrée sans sa valeur"
                found[int(place[2]), _column_number(place[1])] = f"La cellule {place[0]} contient {reason}."
            element.clear()
        elif element.tag in (f"{_MAIN}row", f"{_STRICT}row"):
            element.clear()
    return found


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
