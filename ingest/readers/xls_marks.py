"""What calamine does not tell of an .xls: cells in error and hidden rows, read from its BIFF records."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ingest.readers.workbook_marks import Marks

_FREE = 0xFFFFFFFA
_BOF, _EOF, _BOUNDSHEET, _FORMULA, _BOOLERR, _ROW = 0x0809, 0x000A, 0x0085, 0x0006, 0x0205, 0x0208
_BIFF8 = 0x0600


def of_xls(raw: bytes) -> dict[str, Marks]:
    """Sheet name -> its marks. Raises struct.error, IndexError or ValueError on a container that is not as it should."""
    stream = _workbook_stream(raw)
    (version,) = struct.unpack_from("<H", stream, 4)
    found = {}
    for _, kind, data in _records(stream, 0):
        if kind == _BOUNDSHEET and data[5] == 0:
            (offset,) = struct.unpack_from("<I", data)
            found[_sheet_name(data[6:], is_unicode=version == _BIFF8)] = _marks(stream, offset)
    return found


def _sheet_name(data: bytes, *, is_unicode: bool) -> str:
    if not is_unicode:
        return data[1 : 1 + data[0]].decode("cp1252", errors="replace")
    if data[1] & 1:
        return data[2 : 2 + 2 * data[0]].decode("utf-16-le")
    return data[2 : 2 + data[0]].decode("latin-1")


def _marks(stream: bytes, offset: int) -> Marks:
    marks = Marks()
    for depth, kind, data in _records(stream, offset):
        if depth != 1:
            continue  # a chart inside the sheet
        if kind == _ROW and struct.unpack_from("<H", data, 12)[0] & 0x20:
            marks.hidden_rows.add(struct.unpack_from("<H", data)[0] + 1)
        is_error = (kind == _BOOLERR and data[7] == 1) or (
            kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2
        )
        if is_error:
            row, column = struct.unpack_from("<HH", data)
            marks.errors.add((row + 1, column + 1))
    return marks


def _records(stream: bytes, offset: int) -> Iterator[tuple[int, int, bytes]]:
    """(depth, type, data) of each record of the substream that begins at `offset`."""
    depth = 0
    while offset + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, offset)
        depth += kind == _BOF
        yield depth, kind, stream[offset + 4 : offset + 4 + size]
        depth -= kind == _EOF
        if depth <= 0:
            return
        offset += 4 + size


def _workbook_stream(raw: bytes) -> bytes:
    """The stream `Workbook` (or `Book`) of the OLE container."""
    sector_size, mini_size = 1 << raw[30], 1 << raw[32]
    (directory,) = struct.unpack_from("<I", raw, 48)
    cutoff, first_mini, _, first_more = struct.unpack_from("<IIII", raw, 56)

    def sector(number: int) -> bytes:
        return raw[(number + 1) * sector_size : (number + 2) * sector_size]

    def numbers(block: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4]))

    places = numbers(raw[76:512])
    seen = 0
    while first_more < _FREE and seen < len(raw) // sector_size:
        *more, first_more = numbers(sector(first_more))
        places += more
        seen += 1
    table = [entry for place in places if place < _FREE for entry in numbers(sector(place))]
    entries = b"".join(map(sector, _chain(directory, table)))
    streams = {}
    for start in range(0, len(entries), 128):
        entry = entries[start : start + 128]
        name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le").lower()
        streams[name if start else "root"] = struct.unpack_from("<II", entry, 116)
    first, size = streams.get("workbook") or streams["book"]
    if size >= cutoff:
        return b"".join(map(sector, _chain(first, table)))[:size]
    mini_table = [entry for place in _chain(first_mini, table) for entry in numbers(sector(place))]
    whole = b"".join(map(sector, _chain(streams["root"][0], table)))
    parts = (whole[n * mini_size : (n + 1) * mini_size] for n in _chain(first, mini_table))
    return b"".join(parts)[:size]


def _chain(start: int, table: list[int]) -> Iterator[int]:
    for _ in range(len(table)):
        if start >= _FREE:
            return
        yield start
        start = table[start]
