"""What calamine does not tell of an .xlsx or an .ods: cells in error, formulas without value, hidden rows."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import IO, Any

from defusedxml import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE = _OASIS % "table", _OASIS % "office"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"


@dataclass
class Marks:
    """One sheet: (row, column) of its cells in error and of its formulas saved without value, numbers of hidden rows."""

    errors: set[tuple[int, int]] = field(default_factory=set)
    hollow: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)


def of_zip(raw: bytes) -> dict[str, Marks]:
    """Sheet name -> its marks, for the containers of .xlsx and .ods; nothing is known of .xlsb."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = archive.namelist()
        if "content.xml" in names:
            with archive.open("content.xml") as stream:
                return _of_ods(stream)
        if "xl/workbook.xml" not in names:
            return {}
        found = {}
        for name, part in _sheet_parts(archive).items():
            with archive.open(part) as stream:
                found[name] = _of_xlsx(stream)
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
            own = (targets.get(value) for key, value in element.attrib.items() if key.endswith("}id"))
            target = next(own, None) or ""
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in names:
                parts[element.get("name", "")] = part
    return parts


def _of_xlsx(stream: IO[bytes]) -> Marks:
    marks = Marks()
    for _, element in ElementTree.iterparse(stream):
        if element.tag in (f"{_MAIN}c", f"{_STRICT}c"):
            space = element.tag[:-1]
            value = element.find(f"{space}v")
            is_hollow = element.find(f"{space}f") is not None and (value is None or value.text is None)
            place = re.fullmatch("([A-Z]{1,3})([0-9]{1,7})", element.get("r") or "")
            if place and element.get("t") == "e":
                marks.errors.add((int(place[2]), _column_number(place[1])))
            elif place and is_hollow and element.get("t") != "str":
                marks.hollow.add((int(place[2]), _column_number(place[1])))
            element.clear()
        elif element.tag in (f"{_MAIN}row", f"{_STRICT}row"):
            if element.get("hidden") in ("1", "true") and (element.get("r") or "").isdecimal():
                marks.hidden_rows.add(int(element.get("r") or 0))
            element.clear()
    return marks


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _of_ods(stream: IO[bytes]) -> dict[str, Marks]:
    found: dict[str, Marks] = {}
    marks, row = Marks(), 0
    for event, element in ElementTree.iterparse(stream, events=("start", "end")):
        if event == "start" and element.tag == f"{_TABLE}table":
            marks, row = found.setdefault(element.get(f"{_TABLE}name", ""), Marks()), 0
        elif event == "end" and element.tag == f"{_TABLE}table-row":
            row += 1
            if element.get(f"{_TABLE}visibility", "visible") != "visible":
                marks.hidden_rows.add(row)
            _mark_cells(element, row, marks)
            row += _repeats(element, "rows") - 1
            element.clear()
    return found


def _mark_cells(line: Any, row: int, marks: Marks) -> None:
    column = 1
    for cell in line:
        is_error = cell.get(f"{_CALC}value-type") == "error"
        if is_error:
            marks.errors.add((row, column))
        elif cell.get(f"{_TABLE}formula") and cell.get(f"{_OFFICE}value-type") is None and not len(cell):
            marks.hollow.add((row, column))
        column += _repeats(cell, "columns")


def _repeats(element: Any, what: str) -> int:
    text = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return int(text) if text.isdecimal() else 1
