"""What the cells of one booking say, field by field. One row is read so, or once for all rows with the same cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from ingest import moments
from ingest.context import Context, fold
from ingest.readers import grid
from ingest.readers.booking_layouts import Layout
from ingest.readers.bookings import category_of, room_of
from ingest.unreadable import Unreadable
from ingest.values import parse, text_of
from periscope import tables

#: the filled cells of a row by column, several for one column if several headers name it
Cells = dict[str, list[object]]

#: MRBS writes the hour before the day
_CLOCK_FIRST = re.compile(r"(\d{1,2}:\d{2})(?::\d{2})?\s*[-–,]?\s+(.*\D.*)")
_CLOCK_LAST = re.compile(r"(.*\d{4})\s*[-–,à]?\s+(\d{1,2}[:hH]\d{2})(?::\d{2})?")
_LONGEST_MOMENT = 80
#: columns of so many tables are kept
_MOST_TABLES = 64
_DURATION = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(minute|min|heure|hour|h|jour|day|semaine|week)\w*(?:\(s\))?", re.IGNORECASE
)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "j": timedelta(days=1), "d": timedelta(days=1)}
_WEEK = timedelta(weeks=1)
_NOT_YET = ("tentative", "provisoire", "attente", "awaiting", "option")
_STARTS = ("starts_at", "day", "clock")


def cells_of(pairs: Iterable[tuple[str, object]], layout: Layout) -> Cells:
    """The filled cells by column, after what the layout says of every row."""
    cells: Cells = {column: [value] for column, value in layout.constants.items()}
    for column, cell in pairs:
        if not grid.is_empty(cell):
            cells.setdefault(column, []).append(cell)
    return cells


@dataclass(frozen=True)
class Field:
    """One thing that a booking says, and the columns which say it. `read` raises Unreadable."""

    name: str
    columns: tuple[str, ...]
    read: Callable[[Cells, Layout, Context], Any]


@lru_cache(_MOST_TABLES)
def fields(known: frozenset[str]) -> list[Field]:
    """What a table with these columns says of each booking, beside its room and who booked, in order of telling."""
    ends = ("ends_at", "duration", *_STARTS) if "duration" in known else ("ends_at",)
    return [
        Field("starts_at", _STARTS, _starts_at),
        Field("ends_at", ends, _ends_at),
        Field("category", ("category", "type"), _category),
        Field("status", ("status", "is_cancelled", "is_tentative", "approval"), _status),
        *(
            Field(name, (name,), partial(_cell, name))
            for name in ("participants", "price_eur_net", "booking_ref")
        ),
    ]


def names_of_room(cells: Cells) -> tuple[str, ...]:
    """How the row may name its room, the surest first; its own label comes last."""
    label = text_of(cells["room"][0]) if "room" in cells else ""
    return (*(f"{text_of(area)} {label}" for area in cells.get("area", [])), label)


def _room(cells: Cells, layout: Layout, context: Context) -> str | None:
    return room_of(names_of_room(cells), context)


#: None when no room of the register is named
ROOM = Field("room", ("room", "area"), _room)


def names_of_booker(cells: Cells) -> list[str]:
    """GRR hides a name behind stars."""
    texts = [text_of(cell) for cell in cells.get("booked_by", [])]
    return [text for text in texts if text.strip("*")]


def _cell(column: str, cells: Cells, layout: Layout, context: Context) -> object | None:
    raw = (cells.get(column) or [None])[0]
    said = layout.values.get(column, {}).get(text_of(raw), raw)
    return parse(tables.BOOKINGS.column(column), said)


def _starts_at(cells: Cells, layout: Layout, context: Context) -> datetime:
    if cells.get("starts_at"):
        return _moment(cells["starts_at"][0])
    if not cells.get("day") or not cells.get("clock"):
        raise Unreadable("Le début de la réservation est absent.", "Renseignez le jour et l'heure de début.")
    day, clock = moments.date_of(cells["day"][0]), moments.time_of(cells["clock"][0])
    return moments.instant_of(f"{day.isoformat()} {clock}")


def _ends_at(cells: Cells, layout: Layout, context: Context) -> datetime | None:
    """None when a duration is known and the beginning is not: that is told of the beginning."""
    if cells.get("ends_at"):
        return _moment(cells["ends_at"][0])
    if not cells.get("duration"):
        raise Unreadable("La fin de la réservation est absente.", "Renseignez le jour et l'heure de fin.")
    try:
        starts_at = _starts_at(cells, layout, context)
    except Unreadable:
        return None
    match = _DURATION.fullmatch(text_of(cells["duration"][0]).strip()[:_LONGEST_MOMENT])
    if match is None:
        raise Unreadable("La durée ne se lit pas.", "Écrivez par exemple « 2.5 heures ».")
    unit = _WEEK if match[2].lower().startswith(("s", "w")) else _UNITS[match[2][0].lower()]
    minutes = Decimal(match[1].replace(",", ".")) * (unit // timedelta(minutes=1))
    return starts_at + timedelta(minutes=round(minutes))


def _moment(raw: object) -> datetime:
    """A moment, also as MRBS writes it: `09:00 - lundi 6 juillet 2026`, or the day in words before the hour."""
    text = raw.strip() if isinstance(raw, str) and len(raw) <= _LONGEST_MOMENT else ""
    if match := _CLOCK_FIRST.fullmatch(text):
        return moments.instant_of(f"{moments.date_of(match[2]).isoformat()} {match[1]}")
    if (match := _CLOCK_LAST.fullmatch(text)) and " " in match[1].strip():
        return moments.instant_of(f"{moments.date_of(match[1].strip()).isoformat()} {match[2]}")
    return moments.instant_of(raw)


def _category(cells: Cells, layout: Layout, context: Context) -> object | None:
    said = _cell("category", cells, layout, context)
    return said or category_of(layout.format, text_of((cells.get("type") or [""])[0]), context)


def _status(cells: Cells, layout: Layout, context: Context) -> object:
    said = _cell("status", cells, layout, context)
    if _is_true(cells.get("is_cancelled")):
        return "cancelled"
    is_waiting = any(word in fold(text_of(cell)) for cell in cells.get("approval", []) for word in _NOT_YET)
    return "tentative" if is_waiting or _is_true(cells.get("is_tentative")) else said or "confirmed"


def _is_true(found: list[object] | None) -> bool:
    return bool(found) and fold(text_of((found or [""])[0])) in ("true", "1", "oui", "yes", "vrai")
