"""What every booking reader shares: whose room, who booked, which slice, and the count of rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from ingest.context import Context
from ingest.identity import propose_member, propose_room
from ingest.moments import PARIS
from ingest.unreadable import Unreadable
from ingest.values import parse
from periscope import tables
from periscope.quarters import Quarter
from periscope.receipts import Finding, Reading, Refusal, Slice

ROOM_REMEDY = "Ajoutez cette salle à register/rooms.csv, ou une ligne « room » à register/aliases.csv qui dit laquelle c'est."
_INTERVAL_REMEDY = "Corrigez le début ou la fin, puis renvoyez le fichier."


#: refusals told one by one; the rows behind the others are counted all the same
MOST_REFUSALS = 100_000
#: a log says the same few rooms, hours and prices a million times
_MOST_KEPT = 200_000


@lru_cache(_MOST_KEPT)
def local_quarter(starts_at: datetime) -> str:
    """The quarter in which a naive UTC instant falls in Europe/Paris."""
    return str(Quarter.of(starts_at.replace(tzinfo=UTC).astimezone(PARIS).date()))


def overlaps(starts_at: datetime, ends_at: datetime, window: tuple[date, date]) -> bool:
    """Does the naive UTC interval touch the local days of `window`, both included?"""
    first, last = (moment.replace(tzinfo=UTC).astimezone(PARIS) for moment in (starts_at, ends_at))
    midnight = (last.hour, last.minute, last.second) == (0, 0, 0) and ends_at > starts_at
    return first.date() <= window[1] and (last.date() > window[0] if midnight else last.date() >= window[0])


class Once:
    """What each distinct cell of one file says, or why it cannot be read."""

    def __init__(self) -> None:
        self._said: dict[tuple[object, ...], tuple[Any, Unreadable | None]] = {}

    def __call__(self, key: tuple[object, ...], read: Callable[[], Any]) -> Any:
        """`read()`, called once for a key. Raises Unreadable as it does."""
        if key not in self._said:
            if len(self._said) >= _MOST_KEPT:
                self._said.clear()
            try:
                self._said[key] = read(), None
            except Unreadable as error:
                self._said[key] = None, error
        value, unreadable = self._said[key]
        if unreadable is not None:
            raise Unreadable(unreadable.reason, unreadable.remedy)
        return value


class Log:
    """Collects what one booking file says; every row is accepted or refused exactly once."""

    def __init__(self, kind_of_file: str, content: bytes, context: Context) -> None:
        self.reading = Reading(kind_of_file=kind_of_file)
        self._context = context
        self._members: dict[str, str | None] = {}
        self.once = Once()
        #: the sheet being read; empty for a text
        self.sheet = ""
        self._slices: dict[tuple[str, str, str], Slice] = {}
        self._untold = 0
        # rows that say nothing about a quarter concern their own file only: they must replace no other's
        self._own = f"file:{hashlib.sha256(content).hexdigest()[:12]}"

    @property
    def slices(self) -> list[Slice]:
        return [self._slices[key] for key in sorted(self._slices)]

    def slice(self, room_id: str, quarter: str) -> Slice:
        """The slice of this room and quarter, made when first asked for."""
        scope = self.reading.kind_of_file if room_id and quarter else self._own
        new = Slice(kind="bookings", sender=room_id, quarter=quarter, sheet=self.sheet, scope=scope)
        return self._slices.setdefault((self.sheet, room_id, quarter), new)

    def accept(self, room_id: str, rows: list[dict[str, Any]]) -> None:
        """One row of the file and the bookings it stands for, each in the slice of its own quarter.

        The row is counted with its first booking; without any, in the slice without a quarter.
        """
        ordered = sorted(rows, key=lambda row: (row["starts_at"], row["ends_at"]))
        first = local_quarter(ordered[0]["starts_at"]) if ordered else ""
        self.slice(room_id, first).rows_read += 1
        for row in ordered:
            self.slice(room_id, local_quarter(row["starts_at"])).add({"room_id": room_id} | row)

    def refuse(self, refusals: list[Refusal], room_id: str = "", quarter: str = "") -> None:
        """One row refused, for one or more reasons."""
        piece = self.slice(room_id, quarter)
        piece.rows_read += 1
        piece.rows_refused += 1
        if len(self.reading.refusals) >= MOST_REFUSALS:
            self._untold += 1
            return
        self.reading.refusals.extend(
            replace(refusal, sheet=self.sheet, sender=refusal.sender or room_id) for refusal in refusals
        )

    def member(self, texts: list[str], row: int) -> str | None:
        """The member who booked. Anyone else is an outside person, whose name is dropped here and now.

        A near match is proposed to the evaluator, never applied.
        """
        named = [text.strip() for text in texts if text.strip()]
        new = [text for text in named if text not in self._members]
        for text in new:
            member = self._context.member(text)
            self._members[text] = member.member_id if member else None
        found = next((self._members[text] for text in named if self._members[text]), None)
        if found is None:
            for text in new:
                propose_member(text, self._context, where=f"ligne {row}")
        return found

    def find(self, message: str, *, row: int | None = None, column: str = "", code: str = "") -> None:
        self.reading.findings.append(Finding(message, row=row, column=column, code=code))

    def finish(self) -> Reading:
        self.reading.slices = self.slices
        if self._untold:
            message = f"{self._untold} autres lignes sont refusées, sans être détaillées : corrigez d'abord les premières."
            self.find(message, code="refusals_untold")
            self._untold = 0
        return self.reading


def room_of(names: Sequence[str], context: Context) -> str | None:
    """The first of these names that is a room of the register, through the alias table."""
    return next((room for name in names if name.strip() and (room := context.room(name))), None)


def room_name_of_file(name: str) -> str:
    """A file's name as the name of a room: `bookings/salle-eole.ics` says `salle-eole`."""
    return PurePosixPath(name).stem


def unknown_room(row: int, value: str, context: Context, column: str = "") -> Refusal:
    """The refusal of a room that is not in the register; near names are proposed to the evaluator.

    A personal calendar bears its owner's address: that is not told again.
    """
    if "@" in value:
        value = ""
    propose_room(value, context, where=f"ligne {row}")
    reason = "Cette salle n'est pas au registre." if value else "La salle n'est pas indiquée."
    return Refusal(row, reason, ROOM_REMEDY, column=column, value=value, code="unknown_room")


def bad_interval(row: int) -> Refusal:
    return Refusal(
        row,
        "La fin de la réservation n'est pas après son début.",
        _INTERVAL_REMEDY,
        column="ends_at",
        code="bad_interval",
    )


def category_of(kind_of_file: str, raw: str | None, context: Context) -> str | None:
    """What a booking program's own type letter means, when the settings say so: `[mappings.mrbs.values.category]`."""
    mapping = context.mappings.get(kind_of_file)
    said = mapping.values.get("category", {}).get((raw or "").strip()) if mapping else None
    category = parse(tables.BOOKINGS.column("category"), said)
    return str(category) if category is not None else None
