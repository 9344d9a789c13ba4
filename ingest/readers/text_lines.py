"""A long text table as Arrow lines, which SQL cuts into cells; the few lines that need it come out as rows.

What is told here of a text is what `text_tables` and `grid` tell of it row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pyarrow as pa

from ingest.headers import key_of
from ingest.readers import grid
from ingest.readers.grid import Match, Row
from ingest.readers.text_tables import LINE_END, MOST_COLUMNS, Text
from periscope.warehouse import Connection

SCHEMA = pa.schema([("row_number", pa.int32()), ("line", pa.string())])
#: separator of the lines of a file with quotation marks, whose own may stand inside cells
_UNIT_SEPARATOR = "\x1f"
#: rows that are Python objects at the same time
_ROWS_AT_ONCE = 10_000
#: what `str.isspace` calls a blank
BLANKS = r"\x09-\x0d\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
#: what may fold to « total » or « sous total »
_TOTAL = r"^[\x00-\x20_-]*(?:[tTsS]|[^\x00-\x7F])"


@dataclass
class Lines:
    """Every line of one text, in order; `split` is SQL for the cells of `line`, with $separator."""

    table: pa.Table
    separator: str
    split: str
    #: row number -> why its cells cannot be trusted
    defects: dict[int, str] = field(default_factory=dict)

    @property
    def numbers(self) -> np.ndarray:
        found: np.ndarray = self.table.column("row_number").to_numpy()
        return found

    def places(self, numbers: Iterable[int]) -> np.ndarray:
        return np.searchsorted(self.numbers, np.fromiter(numbers, np.int32))

    def rows(self, places: np.ndarray) -> Iterator[Row]:
        for start in range(0, len(places), _ROWS_AT_ONCE):
            for found in self.table.take(places[start : start + _ROWS_AT_ONCE]).to_pylist():
                number, line = found["row_number"], found["line"]
                # the line feed is the file's, the unit separator is ours
                text = line if self.separator == _UNIT_SEPARATOR else line.removesuffix("\n")
                yield Row(number, list(text.split(self.separator)), self.defects.get(number, ""))


@dataclass
class LongBlock(grid.Block):
    """One table of a long text: its lines are those from place `first` to before `last`, blank ones included."""

    first: int = 0
    last: int = 0


def cut(text: Text) -> Lines:
    """The lines of a text. Without quotation marks no row is a Python object; with them each is, for a moment."""
    content = text.content
    if '"' not in content:
        data = (LINE_END.sub("\n", content) if "\r" in content else content).encode()
        if data and not data.endswith(b"\n"):
            data += b"\n"
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")).astype(np.int32) + 1
        offsets = np.concatenate([np.zeros(1, np.int32), ends])
        if np.diff(offsets).max(initial=0) < MOST_COLUMNS:
            numbers = np.arange(1, len(offsets), dtype=np.int32)
            lines = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(data))
            table = pa.table([pa.array(numbers), lines], schema=SCHEMA)
            return Lines(table, text.separator, "string_split(rtrim(line, chr(10)), $separator)")
    found = Lines(SCHEMA.empty_table(), _UNIT_SEPARATOR, "string_split(line, $separator)")
    rows = text.rows()
    batches = []
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        found.defects |= {row.number: row.defect for row in some if row.defect}
        lines = pa.array([_joined(row) for row in some], pa.string())
        batches.append(
            pa.record_batch([pa.array([row.number for row in some], pa.int32()), lines], schema=SCHEMA)
        )
    found.table = pa.Table.from_batches(batches, SCHEMA)
    return found


def _joined(row: Row) -> str:
    cells = [str(cell) for cell in row.cells]
    line = _UNIT_SEPARATOR.join(cells)
    if line.count(_UNIT_SEPARATOR) >= max(len(cells), 1):
        line = _UNIT_SEPARATOR.join(cell.replace(_UNIT_SEPARATOR, " ") for cell in cells)
    return line


def marked(connection: Connection, lines: Lines, keys: set[str]) -> list[Row]:
    """The rows among which the headers (two known keys or more) and the totals are, and few others."""
    connection.register("every_line", lines.table)
    # figures do not fold: no cell with one is a title without any, and a total begins with none
    has_figures = any(map(_has_figure, keys))
    wanted = "true" if has_figures else "not (cell >= '0' and cell < ':')"
    may_be_title = "true" if has_figures else "not regexp_matches(cell, '[0-9]')"
    found = connection.execute(
        f"""
        with cells as (select row_number, unnest({lines.split}) as cell from every_line),
        distinct_cells as (
            select cell, min(row_number) as lowest, max(row_number) as highest
            from cells where {wanted} group by cell
        )
        select * from distinct_cells where {may_be_title} or regexp_matches(cell, '{_TOTAL}')
        """,
        {"separator": lines.separator},
    ).fetchall()
    titles = [one for one in found if key_of(one[0]) in keys]
    totals = [one for one in found if grid.says_total(one[0])]
    if not titles:
        return []
    first = min(first for _, first, _ in titles + totals)
    last = max(last for *_, last in titles + totals)
    rows = connection.execute(
        f"""
        with split as (
            select row_number, {lines.split} as cells from every_line where row_number between $first and $last
        )
        select row_number from split
        where list_has_any(cells, cast($totals as varchar[]))
            or len(list_intersect(cells, cast($titles as varchar[]))) > 1
        order by row_number
        """,
        {
            "separator": lines.separator,
            "first": first,
            "last": last,
            "totals": [text for text, *_ in totals],
            "titles": [text for text, *_ in titles],
        },
    ).fetchall()
    connection.unregister("every_line")
    return list(lines.rows(lines.places(row for (row,) in rows)))


def _has_figure(text: str) -> bool:
    return any(character in "0123456789" for character in text)


def blocks(lines: Lines, rows: list[Row], match: Match) -> list[LongBlock]:
    """As `grid.blocks`, the headers being among `rows`."""
    heads = [(row, columns) for row in rows if (columns := grid.header_columns(row, match)) is not None]
    places = [*lines.places(row.number for row, _ in heads).tolist(), len(lines.table)]
    return [
        LongBlock(row, columns, [], place + 1, _end(lines, place + 1, end))
        for (row, columns), place, end in zip(heads, places, places[1:], strict=False)
    ]


def _end(lines: Lines, first: int, last: int) -> int:
    """Where a table ends: a lone text above the titles of the next one is no row of it."""
    if last == len(lines.table):
        return last
    for place in range(last - 1, first - 1, -1):
        (row,) = lines.rows(np.array([place]))
        if not row.is_blank:
            return place if grid.is_caption(row) else last
    return last
