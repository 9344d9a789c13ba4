"""One received file without one person: tables row by row, free text line by line, every other row untouched.

A workbook is written again with its values only, so that comments, caches and document properties go too. A file of
another kind that names the person (PDF, picture, archive) cannot be mended: a line of text takes its place.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from ingest import contained, headers
from ingest.context import Context, fold
from ingest.erased_person import ErasedPerson
from ingest.form_sheets import EPOCH
from ingest.readers import grid as grids
from ingest.readers import text_tables
from ingest.unreadable import Unreadable
from ingest.values import text_of
from periscope import tables

_BIRTH = "holder_birth_date"
_DELIMITERS = re.compile(r"([;,\t|\r\n])")
_BLOCK, _OVERLAP = 1 << 24, 400
_MOST_UNPACKED = 200_000_000
_FIRST_EXCEL_DAY = date(1900, 3, 1)

#: (sheet, row) -> old and new values that the ledger of corrections gives to the names there
Corrected = dict[tuple[str, int], dict[str, str]]


@dataclass(frozen=True)
class Redacted:
    """A file without the person, and the (folded sheet, row) where it stood."""

    content: bytes
    rows: frozenset[tuple[str, int]] = frozenset()


@dataclass
class Erasure(Context):
    """What a reader may know, with the person to erase and the corrections of names in the file under way."""

    person: ErasedPerson | None = None
    corrected: Corrected = field(default_factory=dict)


def redact(path: Path, name: str, context: Erasure) -> Redacted | None:
    """The file without the person, None when it does not name it. Same bytes in, same bytes out."""
    assert context.person is not None
    with path.open("rb") as file:
        head = file.read(8)
    if grids.is_workbook(head):
        try:
            new = contained.call("ingest.redaction", "redact_workbook", path, name, context)
        except Unreadable:
            new = None
        assert new is None or isinstance(new, Redacted)
        return new or _replaced(path, context.person)
    raw = path.read_bytes()
    if (b"\0" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff"))) or head.startswith(b"%PDF"):
        return _replaced(path, context.person)
    return redact_text(raw, context)


def _replaced(path: Path, person: ErasedPerson) -> Redacted | None:
    if not mentions(path, person):
        return None
    # two such files stay two files
    checksum = zlib.crc32(path.read_bytes())
    return Redacted(f"Fichier retire : il nommait {person.mark} ({checksum:08x}).\n".encode("ascii"))


def redact_text(raw: bytes, context: Erasure) -> Redacted | None:
    """The lines of a text of any encoding; only those that name the person are written again."""
    assert context.person is not None
    text, encoding, _ = text_tables.decode(raw)
    rows: set[tuple[str, int]] = set()
    if encoding.startswith("utf-16"):
        lines = re.findall(r"[^\r\n]*(?:\r+\n|\n|\r)|[^\r\n]+", text)
        new = "".join(_redacted_lines(lines, context, rows)).encode(encoding)
    else:
        new = _redacted_bytes(_unfolded(raw, context.person), encoding, context, rows)
    return Redacted(new, frozenset(rows)) if new != raw else None


def _unfolded(raw: bytes, person: ErasedPerson) -> bytes:
    """A calendar breaks long lines anywhere: they are joined when only the joined text names the person."""
    if b"BEGIN:VCALENDAR" not in raw[:4096].upper():
        return raw
    joined = re.sub(rb"\r?\n[ \t]", b"", raw)
    found = [len(person.whole.findall(text_tables.decode(text)[0])) for text in (raw, joined)]
    return joined if found[1] > found[0] else raw


def _redacted_bytes(raw: bytes, encoding: str, context: Erasure, rows: set[tuple[str, int]]) -> bytes:
    """Line by line, each in the encoding that fits it, so that every other byte of the file stays as it was."""
    fallback = "iso8859-15" if encoding.startswith("utf") else encoding
    texts, encodings = [], []
    for line in raw.splitlines(keepends=True):
        try:
            texts.append(line.decode("utf-8"))
            encodings.append("utf-8")
        except UnicodeDecodeError:
            texts.append(line.decode(fallback, "surrogateescape"))
            encodings.append(fallback)
    new = _redacted_lines(texts, context, rows)
    return b"".join(text.encode(own, "surrogateescape") for text, own in zip(new, encodings, strict=True))


def _redacted_lines(lines: list[str], context: Erasure, rows: set[tuple[str, int]]) -> Iterator[str]:
    person = context.person
    assert person is not None
    is_birth = birth_headers(context)
    birth: tuple[str, int] | None = None
    for number, line in enumerate(lines, 1):
        corrected = context.corrected.get(("", number), {})
        birth = _birth_column(line, is_birth) or birth
        is_quiet = (
            not corrected and not person.alone.search(line) and not any(c in line for c in person.codes)
        )
        if is_quiet or (birth and person.is_namesake(_cell_at(line, *birth))):
            yield line
            continue
        separator, column = birth or ("", None)
        delimiters = re.compile(f"([{re.escape(separator)}\r\n])") if separator else _DELIMITERS
        pieces: list[object] = list(delimiters.split(line))
        cells = person.in_row(pieces[::2], corrected, column)
        if cells is not None:
            pieces[::2] = cells
        # once more on the whole line, for a name that a delimiter cuts: « Dupont, Marie »
        new = person.in_text("".join(map(str, pieces)))
        if new != line:
            rows.add(("", number))
        yield new


def birth_headers(context: Context) -> set[str]:
    """Folded headers of the birth date of a holder: ours, aliases, and those of mapped surveys."""
    found = {
        text
        for text, name in headers.Headers([tables.SUPPORTED_PROJECTS], context).columns.items()
        if name == _BIRTH
    }
    for mapping in context.mappings.values():
        found |= {headers.key_of(header) for header, column in mapping.columns.items() if column == _BIRTH}
    return found


def _birth_column(line: str, is_birth: set[str]) -> tuple[str, int] | None:
    """Separator and position of the column of birth dates, when this line is a header that has one."""
    if not any(header in headers.key_of(line) for header in is_birth):
        return None
    for separator in text_tables.SEPARATORS:
        for position, cell in enumerate(_split(line, separator)):
            if headers.key_of(cell) in is_birth:
                return separator, position
    return None


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=separator), [])
    except csv.Error:
        return line.rstrip("\r\n").split(separator)


def _cell_at(line: str, separator: str, position: int) -> object:
    cells = _split(line, separator)
    return cells[position] if position < len(cells) else None


def redact_workbook(path: Path, name: str, context: Erasure) -> Redacted | None:
    """Runs contained. The values of every sheet without the person; None when no part of the workbook names it."""
    person = context.person
    assert person is not None
    grid = grids.read_grid(path)
    is_birth = birth_headers(context)
    rows: set[tuple[str, int]] = set()
    for sheet in grid.sheets:
        birth: int | None = None
        for index, row in enumerate(sheet.rows):
            for position, cell in enumerate(row.cells):
                if isinstance(cell, str) and headers.key_of(cell) in is_birth:
                    birth = position
            if birth is not None and birth < len(row.cells) and person.is_namesake(row.cells[birth]):
                continue
            place = fold(sheet.name), row.number
            corrected = context.corrected.get(("", row.number), {}) | context.corrected.get(place, {})
            cells = person.in_row(row.cells, corrected, birth)
            if cells is not None:
                rows.add(place)
                sheet.rows[index] = grids.Row(row.number, cells)
    return Redacted(_workbook(grid), frozenset(rows)) if rows or mentions(path, person) else None


def _workbook(grid: grids.Grid) -> bytes:
    target = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": EPOCH})
        looks = {
            kind: book.add_format({"num_format": text})
            for kind, text in (
                ("day", "dd/mm/yyyy"),
                ("moment", "dd/mm/yyyy hh:mm:ss"),
                ("clock", "hh:mm:ss"),
                ("span", "[h]:mm:ss"),
            )
        }
        for sheet in grid.sheets:
            page = book.add_worksheet(sheet.name)
            for row in sheet.rows:
                for position, cell in enumerate(row.cells):
                    _write(page, row.number - 1, position, cell, looks)
    return target.getvalue()


def _write(page: Any, row: int, position: int, cell: object, looks: dict[str, Any]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        page.write_boolean(row, position, cell)
    elif isinstance(cell, int | float):
        page.write_number(row, position, cell)
    elif isinstance(cell, date) and (cell.date() if isinstance(cell, datetime) else cell) >= _FIRST_EXCEL_DAY:
        page.write_datetime(row, position, cell, looks["moment" if isinstance(cell, datetime) else "day"])
    elif isinstance(cell, time | timedelta):
        page.write_datetime(row, position, cell, looks["clock" if isinstance(cell, time) else "span"])
    else:
        page.write_string(row, position, cell if isinstance(cell, str) else text_of(cell))


def mentions(path: Path, person: ErasedPerson) -> bool:
    """True when any byte of a file, members of archives and text of PDFs included, gives the person's whole name."""
    with path.open("rb") as file:
        if any(_is_named(block, person) for block in _blocks(file)):
            return True
        file.seek(0)
        head = file.read(5)
    if head.startswith(b"PK\x03\x04"):
        return _archive_mentions(path.read_bytes(), person)
    if head == b"%PDF-":
        return bool(person.whole.search(_pdf_text(path)))
    return False


def _blocks(file: Any) -> Iterator[bytes]:
    tail = b""
    while block := file.read(_BLOCK):
        yield tail + block
        tail = block[-_OVERLAP:]


def _is_named(block: bytes, person: ErasedPerson) -> bool:
    views = [block.decode("utf-8", "replace"), block.decode("cp1252", "replace")]
    if b"\0" in block:
        views.append(block.replace(b"\0", b"").decode("cp1252", "replace"))
    return any(person.whole.search(text) for text in views)


def _archive_mentions(raw: bytes, person: ErasedPerson, depth: int = 0) -> bool:
    """Members of a zip, and zips inside it; what unpacks beyond 200 MB is left aside."""
    left = _MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for member in archive.infolist():
                if person.whole.search(member.filename):
                    return True
                with archive.open(member) as stream:
                    data = stream.read(left)
                left -= len(data)
                if _is_named(data, person):
                    return True
                if (
                    depth < 2
                    and data.startswith(b"PK\x03\x04")
                    and _archive_mentions(data, person, depth + 1)
                ):
                    return True
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError, zlib.error):
        return False
    return False


def _pdf_text(path: Path) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return "\n".join(page.extract_text() for page in PdfReader(path).pages)
    except (PyPdfError, ValueError, KeyError, OSError):
        return ""
