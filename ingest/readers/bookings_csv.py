"""Booking logs in tables: our own columns, or the exports of Cobot, Nexudus, OfficeRnD, MRBS and GRR."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from dateutil.rrule import rrulestr

from ingest import moments
from ingest.context import Context, fold
from ingest.corrections import Corrector
from ingest.readers import grid, ics_rules
from ingest.readers.booking_layouts import Layout, layouts
from ingest.readers.bookings import (
    Log,
    Once,
    bad_interval,
    category_of,
    local_quarter,
    room_of,
    unknown_room,
)
from ingest.unreadable import Unreadable
from ingest.values import parse, text_of
from periscope import tables
from periscope.receipts import Reading, Refusal

Cells = dict[str, list[object]]

_REMEDY = "Corrigez cette ligne, puis renvoyez le fichier."
#: MRBS writes the hour before the day
_CLOCK_FIRST = re.compile(r"(\d{1,2}:\d{2})(?::\d{2})?\s*[-–,]?\s+(.*\D.*)")
_CLOCK_LAST = re.compile(r"(.*\d{4})\s*[-–,à]?\s+(\d{1,2}[:hH]\d{2})(?::\d{2})?")
_LONGEST_MOMENT = 80
_DURATION = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(minute|min|heure|hour|h|jour|day|semaine|week)\w*(?:\(s\))?", re.IGNORECASE
)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "j": timedelta(days=1), "d": timedelta(days=1)}
_WEEK = timedelta(weeks=1)
_NOT_YET = ("tentative", "provisoire", "attente", "awaiting", "option")


def is_booking_header(rows: list[list[str]], context: Context) -> bool:
    """Is one of these first rows the header of a booking log that we know?"""
    return any(_fits(layout, row) for row in rows for layout in layouts(context))


def _fits(layout: Layout, headers: list[str]) -> bool:
    known = [column for text in headers if (column := layout.match(text))]
    return 2 * len(known) >= len(headers) and layout.is_complete(set(known))


def read(path: Path, name: str, context: Context) -> Reading:
    """Read one table. Raises Unreadable when it is no table; row numbers are physical lines."""
    return read_grid(grid.read_grid(path), path, name, context)


def read_grid(table: grid.Grid, path: Path, name: str, context: Context) -> Reading:
    """Read the booking tables of a file already opened."""
    log = Log("csv", path.read_bytes(), context)
    log.reading.encoding, log.reading.separator = table.encoding, table.separator
    log.reading.findings.extend(table.findings)
    corrector = Corrector(name, context)
    for sheet in table.sheets:
        log.sheet = sheet.name
        for layout, block in _blocks(sheet, context):
            log.reading.kind_of_file = layout.format
            for _, title in block.titles:
                known = layout.match(title)
                log.reading.columns.append(
                    (sheet.name, title, known or "", "" if known else "colonne inconnue")
                )
            for row in block.rows:
                cells = _cells(row, sheet.name, block, layout, corrector)
                _read_row(row, cells, layout, context, log)
    log.reading.findings.extend(corrector.close())
    if not log.finish().slices:
        reason = "Aucune réservation : il faut une ligne d'en-tête avec salle, début et fin, puis des lignes."
        remedy = "Exportez le planning en CSV avec ces colonnes, ou décrivez l'export dans periscope.toml ([mappings])."
        log.reading.refusals.append(Refusal(0, reason, remedy, code="no_booking"))
    return log.reading


def _cells(row: grid.Row, sheet: str, block: grid.Block, layout: Layout, corrector: Corrector) -> Cells:
    """The filled cells of a row by column, several for one column if several headers name it; corrected first."""
    cells: Cells = {column: [value] for column, value in layout.constants.items()}
    for position, column in block.columns.items():
        cell = row.cells[position] if position < len(row.cells) else None
        if corrector.has_entries and column in tables.BOOKINGS.names:
            header = text_of(block.header.cells[position])
            cell = corrector.apply(sheet, row.number, header, tables.BOOKINGS.column(column), cell)
        if not grid.is_empty(cell):
            cells.setdefault(column, []).append(cell)
    return cells


def _blocks(sheet: grid.Sheet, context: Context) -> list[tuple[Layout, grid.Block]]:
    """The tables of the sheet under the first layout that understands one."""
    for layout in layouts(context):
        blocks = [b for b in grid.blocks(sheet, layout.match) if layout.is_complete(set(b.columns.values()))]
        if blocks:
            return [(layout, block) for block in blocks]
    return []


def _read_row(row: grid.Row, cells: Cells, layout: Layout, context: Context, log: Log) -> None:
    if row.defect or grid.is_total(row):
        reason = row.defect or "Cette ligne est un total, non une réservation."
        log.refuse([Refusal(row.number, reason, _REMEDY, code="defect" if row.defect else "total")])
        return
    refusals: list[Refusal] = []
    room_id = _room(row.number, cells, context, log.once, refusals)
    values = _values(row.number, cells, layout, context, log.once, refusals)
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
    who = [text_of(cell) for cell in cells.get("booked_by", []) if text_of(cell).strip("*")]
    values["member_id"] = log.member(who, row.number)
    rows = [values | {"starts_at": first, "ends_at": last} for first, last in occurrences]
    log.accept(str(room_id), rows)


def _room(number: int, cells: Cells, context: Context, once: Once, refusals: list[Refusal]) -> str | None:
    label = text_of(cells["room"][0]) if "room" in cells else ""
    areas = [text_of(cell) for cell in cells.get("area", [])]
    names = (*(f"{area} {label}" for area in areas), label)
    room_id: str | None = once("room", names, partial(room_of, names, context))
    if room_id is None:
        refusals.append(unknown_room(number, label, context, "room"))
    return room_id


def _values(
    number: int, cells: Cells, layout: Layout, context: Context, once: Once, refusals: list[Refusal]
) -> dict[str, Any]:
    """The typed columns of a booking; what cannot be read is added to `refusals`."""
    values: dict[str, Any] = {"row_number": number, "format": layout.format}

    def attempt(column: str, reader: Any) -> None:
        values[column] = None
        try:
            values[column] = reader()
        except Unreadable as error:
            cell = text_of((cells.get(column) or [""])[0])
            refusals.append(
                Refusal(number, error.reason, error.remedy, column=column, value=cell, code="unreadable")
            )

    attempt("starts_at", lambda: _starts_at(cells, once))
    attempt("ends_at", lambda: _ends_at(cells, values["starts_at"], once))
    for column in ("category", "status", "participants", "price_eur_net"):
        attempt(
            column,
            lambda column=column: once(column, _first(column, cells), lambda: _cell(column, cells, layout)),
        )
    attempt("booking_ref", lambda: _cell("booking_ref", cells, layout))
    if values["category"] is None:
        values["category"] = category_of(layout.format, text_of((cells.get("type") or [""])[0]), context)
    values["status"] = _status(cells, values["status"])
    return values


def _first(column: str, cells: Cells) -> object | None:
    return (cells.get(column) or [None])[0]


def _cell(column: str, cells: Cells, layout: Layout) -> object | None:
    raw = _first(column, cells)
    said = layout.values.get(column, {}).get(text_of(raw), raw)
    return parse(tables.BOOKINGS.column(column), said)


def _starts_at(cells: Cells, once: Once) -> datetime:
    if cells.get("starts_at"):
        return _moment(cells["starts_at"][0], once)
    if not cells.get("day") or not cells.get("clock"):
        raise Unreadable("Le début de la réservation est absent.", "Renseignez le jour et l'heure de début.")
    day, clock = moments.date_of(cells["day"][0]), moments.time_of(cells["clock"][0])
    return moments.instant_of(f"{day.isoformat()} {clock}")


def _ends_at(cells: Cells, starts_at: datetime | None, once: Once) -> datetime | None:
    if cells.get("ends_at"):
        return _moment(cells["ends_at"][0], once)
    if not cells.get("duration"):
        raise Unreadable("La fin de la réservation est absente.", "Renseignez le jour et l'heure de fin.")
    if starts_at is None:
        return None
    match = _DURATION.fullmatch(text_of(cells["duration"][0]).strip()[:_LONGEST_MOMENT])
    if match is None:
        raise Unreadable("La durée ne se lit pas.", "Écrivez par exemple « 2.5 heures ».")
    unit = _WEEK if match[2].lower().startswith(("s", "w")) else _UNITS[match[2][0].lower()]
    minutes = Decimal(match[1].replace(",", ".")) * (unit // timedelta(minutes=1))
    return starts_at + timedelta(minutes=round(minutes))


def _moment(raw: object, once: Once) -> datetime:
    found: datetime = once("moment", raw, partial(_moment_of, raw))
    return found


def _moment_of(raw: object) -> datetime:
    """A moment, also as MRBS writes it: `09:00 - lundi 6 juillet 2026`, or the day in words before the hour."""
    text = raw.strip() if isinstance(raw, str) and len(raw) <= _LONGEST_MOMENT else ""
    if match := _CLOCK_FIRST.fullmatch(text):
        return moments.instant_of(f"{moments.date_of(match[2]).isoformat()} {match[1]}")
    if (match := _CLOCK_LAST.fullmatch(text)) and " " in match[1].strip():
        return moments.instant_of(f"{moments.date_of(match[1].strip()).isoformat()} {match[2]}")
    return moments.instant_of(raw)


def _status(cells: Cells, said: str | None) -> str:
    if _is_true(cells.get("is_cancelled")):
        return "cancelled"
    is_waiting = any(word in fold(text_of(cell)) for cell in cells.get("approval", []) for word in _NOT_YET)
    return "tentative" if is_waiting or _is_true(cells.get("is_tentative")) else said or "confirmed"


def _is_true(found: list[object] | None) -> bool:
    return bool(found) and fold(text_of((found or [""])[0])) in ("true", "1", "oui", "yes", "vrai")


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
