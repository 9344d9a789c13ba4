"""The smallest .xls: BIFF8 records of texts and numbers in an OLE container, as old spreadsheets still write it."""

from __future__ import annotations

import struct
from datetime import date
from decimal import Decimal
from pathlib import Path

_SECTOR = 512
_FREE, _END, _IS_TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_BOF, _EOF, _BOUNDSHEET, _LABEL, _NUMBER = 0x0809, 0x000A, 0x0085, 0x0204, 0x0203
#: streams shorter than this belong to another table, which we do without
_SHORTEST_STREAM = 4096


def write_xls(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    """Write texts, numbers and dates (as texts, jj/mm/aaaa)."""
    path.write_bytes(ole(workbook({name: b"".join(_rows(rows)) for name, rows in sheets.items()})))


def _rows(rows: list[list[object]]) -> list[bytes]:
    return [
        _cell(line, position, value)
        for line, row in enumerate(rows)
        for position, value in enumerate(row)
        if value is not None and value != ""
    ]


def _cell(line: int, position: int, value: object) -> bytes:
    place = struct.pack("<HHH", line, position, 0)
    if isinstance(value, int | float | Decimal):
        return record(_NUMBER, place + struct.pack("<d", float(value)))
    text = f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
    return record(_LABEL, place + struct.pack("<HB", len(text), 1) + text.encode("utf-16-le"))


def record(kind: int, data: bytes) -> bytes:
    """One BIFF record."""
    return struct.pack("<HH", kind, len(data)) + data


def _begin(kind: int) -> bytes:
    return record(_BOF, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))


def workbook(sheets: dict[str, bytes]) -> bytes:
    """The stream `Workbook`: the list of sheets, then each sheet's own records."""
    names = {name: struct.pack("<BB", len(name), 1) + name.encode("utf-16-le") for name in sheets}
    end = record(_EOF, b"")
    offset = len(_begin(5)) + sum(10 + len(name) for name in names.values()) + len(end)
    listed, bodies = b"", b""
    for name, cells in sheets.items():
        listed += record(_BOUNDSHEET, struct.pack("<IBB", offset + len(bodies), 0, 0) + names[name])
        bodies += _begin(16) + cells + end
    return _begin(5) + listed + end + bodies


def ole(stream: bytes) -> bytes:
    """The container: a header, the table of sectors, the directory, the stream."""
    stream = stream.ljust(_SHORTEST_STREAM, b"\0")
    count = -(-len(stream) // _SECTOR)
    tables = -(-(count + 1) // (_SECTOR // 4 - 1))
    chain = [*range(tables + 2, tables + 1 + count), _END]
    table = [_IS_TABLE] * tables + [_END] + chain
    table += [_FREE] * (tables * _SECTOR // 4 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, tables, 0, _SHORTEST_STREAM, _END, 0, _END, 0)
    header += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    directory = _entry("Root Entry", 5, _END, 0, child=1) + _entry("Workbook", 2, tables + 1, len(stream))
    return b"".join(
        part.ljust(-(-len(part) // _SECTOR) * _SECTOR, b"\0")
        for part in (header, struct.pack(f"<{len(table)}I", *table), directory, stream)
    )


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    links = struct.pack("<HBBIII", len(text), kind, 1, _FREE, _FREE, child)
    return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)
