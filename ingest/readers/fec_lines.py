"""The lines of a FEC as Arrow batches (row_number, line), physical line numbers kept, whatever the file's bytes.

DuckDB reads the batches as they come: no copy of the file is written, so no third party's name touches the disk.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from ingest.readers.fec_layout import Layout

SCHEMA = pa.schema([("row_number", pa.int32()), ("line", pa.string())])
#: separator of the lines given for a quoted file, whose own separators may stand inside cells
UNIT_SEPARATOR = "\x1f"
_BLOCK_BYTES = 1 << 18
_MAX_LINES_IN_A_CELL = 20
_BLANKS = tuple(blank.encode() for blank in ("\u00a0", "\u202f", "\u2007", "\u2009"))


def separator_of_lines(layout: Layout) -> str:
    """Separator of the lines that `batches` gives."""
    return UNIT_SEPARATOR if layout.is_quoted else layout.separator


def batches(path: Path, layout: Layout) -> Iterator[pa.RecordBatch]:
    """Every physical line of the file, header and blank lines included, each ended by a line feed."""
    if layout.is_quoted:
        yield from _batches_of_records(_records(_numbered(path, layout), layout))
        return
    row_number = 1
    for block in _blocks(path, layout):
        ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == 10).astype(np.int32) + 1
        offsets = np.concatenate([np.zeros(1, np.int32), ends])
        numbers = np.arange(row_number, row_number + len(ends), dtype=np.int32)
        yield pa.record_batch(
            [
                pa.Int32Array.from_buffers(pa.int32(), len(ends), [None, pa.py_buffer(numbers)]),
                pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(block)),
            ],
            schema=SCHEMA,
        )
        row_number += len(ends)


def _blocks(path: Path, layout: Layout) -> Iterator[bytes]:
    """UTF-8 text cut after a line feed; zero bytes gone, hard blanks made blanks, every line end a line feed."""
    rest = b""
    for block in _decoded(path, layout.encoding):
        block = rest + block
        if layout.newline == "\r":
            block = block.replace(b"\r", b"\n")
        cut = block.rfind(b"\n") + 1
        rest, block = block[cut:], block[:cut]
        if block:
            yield _tidy(block)
    if rest:
        yield _tidy(rest + b"\n")


def _decoded(path: Path, encoding: str) -> Iterator[bytes]:
    with path.open("rb") as file:
        # only what was checked whole is taken as it is: a mark at the beginning promises nothing of the rest
        if encoding == "utf-8":
            while block := file.read(_BLOCK_BYTES):
                yield block
            return
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        while block := file.read(_BLOCK_BYTES):
            yield decoder.decode(block).encode()
        yield decoder.decode(b"", final=True).encode()


def _tidy(block: bytes) -> bytes:
    if b"\0" in block:
        block = block.replace(b"\0", b"")
    if b"\r" in block:
        # CR CR LF reads as a line and a blank one, as in any editor
        block = block.replace(b"\r\r\n", b"\n\n").replace(b"\r\n", b"\n")
    if not block.isascii():
        for blank in _BLANKS:
            block = block.replace(blank, b" ")
    return block


def _numbered(path: Path, layout: Layout) -> Iterator[tuple[int, str]]:
    row_number = 0
    for block in _blocks(path, layout):
        for line in block.decode().split("\n")[:-1]:
            row_number += 1
            yield row_number, line


def _records(lines: Iterator[tuple[int, str]], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Cells of each record of a quoted file, at its first line. A quote that never closes takes no other line with it."""
    waiting: deque[tuple[int, str]] = deque()
    while (first := waiting.popleft() if waiting else next(lines, None)) is not None:
        number, text = first
        followers: list[tuple[int, str]] = []
        while text.count('"') % 2 and len(followers) < _MAX_LINES_IN_A_CELL:
            follower = waiting.popleft() if waiting else next(lines, None)
            if follower is None:
                break
            followers.append(follower)
            text += "\n" + follower[1]
        cells = _split_quoted(text, layout.separator)
        if cells is None or (followers and len(cells) != layout.width):
            waiting.extendleft(reversed(followers))
            cells = first[1].split(layout.separator)
        yield number, cells


def _split_quoted(text: str, separator: str) -> list[str] | None:
    """Cells of one record; None when its quotes do not close."""
    if '"' not in text:
        return text.split(separator)
    if text.count('"') % 2:
        return None
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


def _batches_of_records(records: Iterator[tuple[int, list[str]]]) -> Iterator[pa.RecordBatch]:
    numbers: list[int] = []
    lines: list[str] = []
    for number, cells in records:
        numbers.append(number)
        lines.append(joined(cells))
        if len(numbers) == 50_000:
            yield _batch(numbers, lines)
            numbers, lines = [], []
    yield _batch(numbers, lines)


def joined(cells: list[str]) -> str:
    """Cells as one line that `UNIT_SEPARATOR` splits again."""
    return UNIT_SEPARATOR.join(
        cell.replace(UNIT_SEPARATOR, " ").replace("\n", " ") if not cell.isalnum() else cell for cell in cells
    )


def _batch(numbers: list[int], lines: list[str]) -> pa.RecordBatch:
    return pa.record_batch([pa.array(numbers, pa.int32()), pa.array(lines, pa.string())], schema=SCHEMA)


def pick(batches: Iterator[pa.RecordBatch], rows: list[int]) -> dict[int, str]:
    """Text of these physical lines, without their line feed."""
    wanted = np.unique(np.array(rows, dtype=np.int32))
    found: dict[int, str] = {}
    for batch in batches if rows else ():
        numbers = np.frombuffer(batch.column(0).buffers()[1], dtype=np.int32, count=batch.num_rows)
        first, last = np.searchsorted(wanted, numbers[[0, -1]]) if len(numbers) else (0, -1)
        places = np.searchsorted(numbers, wanted[first : last + 1])
        places = places[places < len(numbers)]
        places = places[np.isin(numbers[places], wanted)]
        index = pa.Int64Array.from_buffers(pa.int64(), len(places), [None, pa.py_buffer(places)])
        lines = batch.column(1).take(index).to_pylist()
        found |= zip(numbers[places].tolist(), (line.rstrip("\n") for line in lines), strict=True)
    return found


def batches_of_lines(lines: list[tuple[int, str]]) -> Iterator[pa.RecordBatch]:
    """A few lines already in memory, as `batches` gives them."""
    yield _batch([number for number, _ in lines], [line for _, line in lines])
