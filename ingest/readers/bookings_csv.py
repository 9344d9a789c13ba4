"""Booking logs in tables: our own columns, or the exports of Cobot, Nexudus, OfficeRnD, MRBS and GRR.

A long text is read in SQL (`bookings_bulk`) but for its odd rows; those, and all of a workbook or of a small text, are
read one by one here.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from dateutil.rrule import rrulestr

from ingest import moments
from ingest.context import Context
from ingest.corrections import Corrector, entries_of
from ingest.readers import bookings_bulk, grid, ics_rules, text_lines, text_tables
from ingest.readers.booking_fields import ROOM, Cells, Field, cells_of, fields, names_of_booker, names_of_room
from ingest.readers.booking_layouts import Layout, layouts
from ingest.readers.bookings import Log, bad_interval, local_quarter, unknown_room
from ingest.readers.bookings_bulk import Plain
from ingest.readers.text_lines import Lines, LongBlock
from ingest.unreadable import Unreadable
from ingest.values import text_of
from periscope import tables, warehouse
from periscope.receipts import Reading, Refusal

B = TypeVar("B", bound=grid.Block)
_REMEDY = "Corrigez cette ligne, puis renvoyez le fichier."
#: a text of fewer bytes is read row by row: opening an engine takes more time than its rows
SMALL_BYTES = 30_000
#: a text of more tables than this, each under another header, is read row by row from there on
_MOST_HEADERS = 50


def is_booking_header(rows: list[list[str]], context: Context) -> bool:
    """Is one of these first rows the header of a booking log that we know?"""
    return any(_fits(layout, row) for row in rows for layout in layouts(context))


def _fits(layout: Layout, headers: list[str]) -> bool:
    known = [column for text in headers if (column := layout.match(text))]
    return 2 * len(known) >= len(headers) and layout.is_complete(set(known))


def read(path: Path, name: str, context: Context) -> Reading:
    """Read one table. Raises Unreadable when it is no table; row numbers are physical lines."""
    if grid.holds_workbook(path) or path.stat().st_size < SMALL_BYTES:
        return read_grid(grid.read_grid(path), path, name, context)
    raw = path.read_bytes()
    text = text_tables.open_text(raw)
    log = Log("csv", raw, context)
    del raw
    lines = text_lines.cut(text)
    log.reading.encoding, log.reading.separator = text.encoding, text.separator
    log.reading.findings += text.findings + text_tables.unclosed_quotes(lines.defects.values())
    del text
    corrector = Corrector(name, context)
    with warehouse.connect(None) as connection:
        _read_lines(connection, lines, name, corrector, context, log)
    return _finish(corrector, log)


def read_grid(table: grid.Grid, path: Path, name: str, context: Context) -> Reading:
    """Read the booking tables of a file already opened, row by row."""
    log = Log("csv", path.read_bytes(), context)
    log.reading.encoding, log.reading.separator = table.encoding, table.separator
    log.reading.findings.extend(table.findings)
    corrector = Corrector(name, context)
    for sheet in table.sheets:
        log.sheet = sheet.name
        blocks = partial(grid.blocks, sheet)
        for layout, block in _complete(layouts(context), blocks):
            _tell_columns(block, layout, log)
            for row in block.rows:
                _read_row(row, block, layout, corrector, context, log)
    return _finish(corrector, log)


def _finish(corrector: Corrector, log: Log) -> Reading:
    log.reading.findings.extend(corrector.close())
    if not log.finish().slices:
        reason = "Aucune réservation : il faut une ligne d'en-tête avec salle, début et fin, puis des lignes."
        remedy = "Exportez le planning en CSV avec ces colonnes, ou décrivez l'export dans periscope.toml ([mappings])."
        log.reading.refusals.append(Refusal(0, reason, remedy, code="no_booking"))
    return log.reading


def _complete(known: list[Layout], blocks: Callable[[grid.Match], list[B]]) -> list[tuple[Layout, B]]:
    """The tables under the first layout that understands one, those that lack a column left out."""
    for layout in known:
        found = [block for block in blocks(layout.match) if layout.is_complete(set(block.columns.values()))]
        if found:
            return [(layout, block) for block in found]
    return []


def _read_lines(
    connection: warehouse.Connection,
    lines: Lines,
    name: str,
    corrector: Corrector,
    context: Context,
    log: Log,
) -> None:
    """Plain rows in SQL; then, in the order of the file, who booked them and the odd rows, one by one."""
    known = layouts(context)
    marked = text_lines.marked(connection, lines, {key for layout in known for key in layout.columns})
    odd_rows = {*lines.defects, *(row.number for row in marked if grid.is_total(row))}
    odd_rows |= {entry.row for entry in entries_of(name, context)}
    alike: dict[str, list[tuple[Layout, LongBlock]]] = {}
    for layout, block in _complete(known, partial(text_lines.blocks, lines, marked)):
        _tell_columns(block, layout, log)
        alike.setdefault(repr(block.header.cells), []).append((layout, block))
    parts = []
    for n, same in enumerate(alike.values()):
        layout, block = same[0]
        table = pa.concat_tables(lines.table.slice(one.first, one.last - one.first) for _, one in same)
        if n < _MOST_HEADERS:
            plain = bookings_bulk.read(connection, lines, table, block.columns, layout, context, odd_rows)
        else:
            plain = bookings_bulk.none_plain(table)
        parts.append((plain, _rows_and_bookers(lines, plain, block, layout)))
    for number, plain, block, layout, found in heapq.merge(*(told for _, told in parts), key=itemgetter(0)):
        if isinstance(found, int):
            plain.members[found] = log.member(plain.bookers[found], number)
        elif not found.is_blank:
            _read_row(found, block, layout, corrector, context, log)
    bookings_bulk.store(connection, [plain for plain, _ in parts], log)


def _rows_and_bookers(
    lines: Lines, plain: Plain, block: LongBlock, layout: Layout
) -> Iterator[tuple[int, Plain, LongBlock, Layout, grid.Row | int]]:
    """In order of row numbers: the odd rows of one header, and its bookers by number."""
    rows = ((row.number, plain, block, layout, row) for row in lines.rows(lines.places(plain.odd_rows)))
    bookers = ((number, plain, block, layout, booker) for number, booker in plain.first_rows())
    return heapq.merge(rows, bookers, key=itemgetter(0))


def _tell_columns(block: grid.Block, layout: Layout, log: Log) -> None:
    log.reading.kind_of_file = layout.format
    for _, title in block.titles:
        known = layout.match(title)
        log.reading.columns.append((log.sheet, title, known or "", "" if known else "colonne inconnue"))


def _cells(row: grid.Row, block: grid.Block, layout: Layout, corrector: Corrector, sheet: str) -> Cells:
    """The cells of a row by column, corrected first."""
    pairs = []
    for position, column in block.columns.items():
        cell = row.cells[position] if position < len(row.cells) else None
        if corrector.has_entries and column in tables.BOOKINGS.names:
            header = text_of(block.header.cells[position])
            cell = corrector.apply(sheet, row.number, header, tables.BOOKINGS.column(column), cell)
        pairs.append((column, cell))
    return cells_of(pairs, layout)


def _read_row(
    row: grid.Row, block: grid.Block, layout: Layout, corrector: Corrector, context: Context, log: Log
) -> None:
    cells = _cells(row, block, layout, corrector, log.sheet)
    if row.defect or grid.is_total(row):
        reason = row.defect or "Cette ligne est un total, non une réservation."
        log.refuse([Refusal(row.number, reason, _REMEDY, code="defect" if row.defect else "total")])
        return
    refusals: list[Refusal] = []
    room_id = _read_field(ROOM, cells, layout, context, log)
    if room_id is None:
        label = names_of_room(cells)[-1]
        # near names are proposed once, at the first row: a million rows may say the same
        unknown = log.once(("unknown", label), partial(unknown_room, row.number, label, context, "room"))
        refusals.append(replace(unknown, row=row.number))
    values: dict[str, Any] = {"row_number": row.number, "format": layout.format}
    for one in fields(frozenset(block.columns.values()) | set(layout.constants)):
        values[one.name] = None
        try:
            values[one.name] = _read_field(one, cells, layout, context, log)
        except Unreadable as error:
            cell = text_of((cells.get(one.name) or [""])[0])
            refusals.append(
                Refusal(
                    row.number, error.reason, error.remedy, column=one.name, value=cell, code="unreadable"
                )
            )
    starts_at, ends_at = values["starts_at"], values["ends_at"]
    if starts_at and ends_at and ends_at <= starts_at:
        refusals.append(bad_interval(row.number))
    occurrences = [(starts_at, ends_at)]
    if not refusals and cells.get("repeats"):
        occurrences = _repeated(
            row.number, text_of(cells["repeats"][0]), starts_at, ends_at, context, refusals
        )
    if refusals:
        log.refuse(refusals, room_id or "", local_quarter(starts_at) if room_id and starts_at else "")
        return
    values["member_id"] = log.member(names_of_booker(cells), row.number)
    rows = [values | {"starts_at": first, "ends_at": last} for first, last in occurrences]
    log.accept(str(room_id), rows)


def _read_field(one: Field, cells: Cells, layout: Layout, context: Context, log: Log) -> Any:
    said = tuple((column, type(cell), cell) for column in one.columns for cell in cells.get(column, ()))
    return log.once((one.name, said), partial(one.read, cells, layout, context))


def _repeated(
    number: int, rule: str, starts_at: datetime, ends_at: datetime, context: Context, refusals: list[Refusal]
) -> list[tuple[datetime, datetime]]:
    """OfficeRnD keeps a series as one line: its occurrences in the window, at the same local hour."""
    rule = rule.removeprefix("RRULE:")
    if reason := ics_rules.problem(rule):
        refusals.append(Refusal(number, reason, _REMEDY, column="repeats", code="bad_rule"))
        return []
    local = starts_at.replace(tzinfo=UTC).astimezone(moments.PARIS).replace(tzinfo=None)
    first, last = (datetime.combine(day, time(0)) for day in context.window)
    try:
        # the end of a series is compared in local time, as its hours are
        series = rrulestr(re.sub(r"(UNTIL=\d{8}T\d{6})Z", r"\1", rule), dtstart=local)
        found = [_to_utc(moment) for moment in series.between(first, last + timedelta(days=1), inc=True)]
    except ValueError:
        refusals.append(
            Refusal(
                number, "La règle de répétition se contredit.", _REMEDY, column="repeats", code="bad_rule"
            )
        )
        return []
    return [(moment, moment + (ends_at - starts_at)) for moment in found]


def _to_utc(local: datetime) -> datetime:
    return local.replace(tzinfo=moments.PARIS).astimezone(UTC).replace(tzinfo=None)
