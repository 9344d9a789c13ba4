"""Bookings of the inbox, whatever the log: one row per effective booking, local times of Europe/Paris."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil import rrule

from tests.recompute.members import Members
from tests.recompute.sheets import amount, read_table, read_text, register

PARIS = ZoneInfo("Europe/Paris")
HELD = {"Confirmée": "confirmed", "Non venu": "no_show"}


@dataclass(frozen=True)
class Booking:
    room: str
    starts_at: datetime
    ends_at: datetime
    booker: str
    price: Decimal | None = None


def _local(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC).astimezone(PARIS)


def _tables(path: Path) -> Iterator[Booking]:
    for line in read_table(path):
        if "salle" in line and line["statut"] in HELD:
            start, end = (
                datetime.strptime(line[name], "%d/%m/%Y %H:%M").replace(tzinfo=PARIS)
                for name in ("début", "fin")
            )
            yield Booking(line["salle"], start, end, line["réservé par"], amount(line["prix HT"]))
        elif "price.net" in line:
            start, end = (datetime.fromisoformat(line[name]).astimezone(PARIS) for name in ("from", "to"))
            yield Booking(line["resource"], start, end, line["membership"], amount(line["price.net"]))


def _dumps(path: Path) -> Iterator[Booking]:
    text = read_text(path)
    is_mrbs = "mrbs_entry" in text
    rooms = dict(re.findall(r"_room`? (?:\([^)]*\) )?VALUES \((\d+), ?\d+, ?'((?:[^'\\]|\\.)*)'", text))
    for tuple_ in re.findall(
        r"^(?:INSERT INTO grr_entry .* VALUES )?\((\d+, ?\d{9,}.*)\)[,;]$", text, re.MULTILINE
    ):
        cells = next(
            csv.reader([tuple_], quotechar="'", escapechar="\\", doublequote=True, skipinitialspace=True)
        )
        room, booker = (cells[5], cells[6]) if is_mrbs else (cells[4], cells[5] or cells[6])
        is_held = int(cells[10]) & 6 == 0 if is_mrbs else (cells[8], cells[9]) in {("0", "0"), ("0", "2")}
        if is_held:
            yield Booking(rooms[room], _local(cells[1]), _local(cells[2]), booker)


def _calendar(path: Path, until: datetime) -> Iterator[Booking]:
    text = read_text(path).replace("\r\n", "\n")
    room = re.search(r"X-WR-CALNAME:(.*)", text)
    assert room is not None
    for block in text.split("BEGIN:VEVENT")[1:]:
        cells = {
            key: (more, value)
            for key, more, value in re.findall(r"^([A-Z]+)([^:\n]*):(.*)$", block, re.MULTILINE)
        }
        if cells.get("STATUS", ("", "CONFIRMED"))[1] != "CONFIRMED" or "DTEND" not in cells:
            continue
        try:
            start, end = (datetime.fromisoformat(cells[name][1]) for name in ("DTSTART", "DTEND"))
        except ValueError:
            continue
        rule = cells.get("RRULE", ("", ""))[1]
        if end <= start or "SECONDLY" in rule:
            continue
        without = {datetime.fromisoformat(d) for d in cells.get("EXDATE", ("", ""))[1].split(",") if d}
        days = [start]
        if rule:
            days = list(
                rrule.rrulestr(rule.replace("T220000Z", "T235959"), dtstart=start).between(
                    start, until, inc=True
                )
            )
        for day in days:
            if day not in without:
                booker = cells.get("SUMMARY", ("", ""))[1]
                yield Booking(
                    room[1], day.replace(tzinfo=PARIS), (day + (end - start)).replace(tzinfo=PARIS), booker
                )


def bookings(root: Path, members: Members, until: datetime) -> list[tuple[Booking, str | None]]:
    """Bookings of known rooms, rooms by their id, with the SIREN of the booker when the register knows it."""
    aliases = {(line["kind"], line["raw_text"].casefold()): line["id"] for line in register(root, "aliases")}
    rooms = {line["name"].casefold(): line["room_id"] for line in register(root, "rooms")}
    found = []
    for path in sorted((root / "inbox" / "bookings").iterdir()):
        if path.suffix == ".csv":
            read = _tables(path)
        else:
            read = _dumps(path) if path.suffix == ".sql" else _calendar(path, until + timedelta(days=1))
        for one in read:
            room = aliases.get(("room", one.room.casefold())) or rooms.get(one.room.casefold())
            if room:
                name = one.booker.casefold()
                member = aliases.get(("member", name)) or members.names.get(name)
                booking = Booking(room, one.starts_at, one.ends_at, one.booker, one.price)
                found.append((booking, members.sirens[member] if member else None))
    return found
