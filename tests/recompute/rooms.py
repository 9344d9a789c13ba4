"""Hours minute by minute, prices by brute force, grants: the register against the logs."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path

from periscope.holidays import public_holidays
from tests.recompute.logs import PARIS, Booking
from tests.recompute.members import Members, Period
from tests.recompute.sheets import amount, day, register
from tests.recompute.tally import Tally

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
LENGTH_HOURS = {"hour": 1, "half_day": 4, "day": 8}


def _is_valid(line: dict[str, str], on: date) -> bool:
    return (day(line["valid_from"]) or date.min) <= on <= (day(line["valid_to"]) or date.max)


class Building:
    def __init__(self, root: Path) -> None:
        self.rooms = {line["room_id"]: line for line in register(root, "rooms")}
        self.hours = register(root, "opening_hours")
        self.closures = register(root, "closures")
        self.prices = register(root, "price_list")
        self.openings = cache(self._openings)

    def parts(self, room: str) -> list[str]:
        listed = [part.strip() for part in self.rooms[room]["composed_of"].split(";") if part.strip()]
        return [deep for part in listed for deep in self.parts(part)] or [room]

    def _openings(self, room: str, on: date) -> list[tuple[int, int]]:
        """Minutes since midnight between which the room is open on a day."""
        closed = any(
            line["room_id"] in ("*", room)
            and (day(line["starts_on"]) or on) <= on <= (day(line["ends_on"]) or on)
            for line in self.closures
        )
        line = self.rooms[room]
        exists = (day(line["opened_on"]) or date.min) <= on <= (day(line["closed_on"]) or date.max)
        if closed or not exists or on in public_holidays(on.year):
            return []
        names = (str(on.isoweekday()), WEEKDAYS[on.weekday()])
        rules = [rule for rule in self.hours if rule["weekday"] in names and _is_valid(rule, on)]
        own = [rule for rule in rules if rule["room_id"] == room] or [r for r in rules if r["room_id"] == "*"]
        return [(_minutes(rule["opens_at"]), _minutes(rule["closes_at"])) for rule in own]

    def price(self, room: str, category: str, on: date, hours: int) -> Decimal | None:
        """The least that whole units covering these hours cost; None without a price."""
        rows = [r for r in self.prices if r["category"] == category and _is_valid(r, on)]
        units: dict[str, Decimal] = {}
        for unit in LENGTH_HOURS:
            for owner in (room, "*"):
                priced = [r for r in rows if (r["unit"], r["room_id"]) == (unit, owner)]
                if priced:
                    chosen = max(priced, key=lambda r: day(r["valid_from"]) or date.min)
                    units[unit] = amount(chosen["amount_eur_net"]) or Decimal(0)
                    break
        costs = [
            sum((count * units[unit] for unit, count in zip(units, counts, strict=True)), Decimal(0))
            for counts in product(*(range(-(-hours // LENGTH_HOURS[unit]) + 1) for unit in units))
            if sum(count * LENGTH_HOURS[unit] for unit, count in zip(units, counts, strict=True)) >= hours
        ]
        return min(costs) if units else None


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")[:2]
    return int(hours) * 60 + int(minutes)


def compute(
    tally: Tally,
    building: Building,
    found: list[tuple[Booking, str | None]],
    members: Members,
    periods: list[Period],
) -> None:
    #: room and category (all, or the category) -> minutes since 1970, UTC
    used: dict[tuple[str, str], set[int]] = defaultdict(set)
    for one, siren in found:
        on = one.starts_at.date()
        category = (members.presence_on(siren, on) if siren else None) or "external"
        first, last = (
            int(moment.astimezone(UTC).timestamp()) // 60 for moment in (one.starts_at, one.ends_at)
        )
        for part in building.parts(one.room):
            used[part, "all"] |= set(range(first, last))
            used[part, category] |= set(range(first, last))
        _charge(tally, building, one, category, [period for period in periods if period.has(on)])
    for (room, category), minutes in used.items():
        inside: dict[tuple[date, bool], int] = defaultdict(int)
        for minute in minutes:
            local = datetime.fromtimestamp(minute * 60, UTC).astimezone(PARIS)
            clock = local.hour * 60 + local.minute
            is_open = any(start <= clock < end for start, end in building.openings(room, local.date()))
            inside[local.date(), is_open] += 1
        for (on, is_open), count in inside.items():
            for period in periods:
                if period.has(on):
                    items = {"all": "all", "room": room} if category == "all" else {"category": category}
                    indicator = "booked_hours" if is_open else "after_hours"
                    tally.add_item(indicator, period.label, "pole", Decimal(count) / 60, **items)


def _charge(tally: Tally, building: Building, one: Booking, category: str, periods: list[Period]) -> None:
    hours = -(-(one.ends_at.astimezone(UTC) - one.starts_at.astimezone(UTC)) // timedelta(hours=1))
    on = one.starts_at.date()
    price, market = (building.price(one.room, name, on, hours) for name in (category, "external"))
    if price is None or market is None:
        return
    amounts = {"room_revenue": price}
    if category != "external":
        amounts["member_advantage"] = market - price
    if one.price is not None:
        amounts["booking_gap"] = price - one.price
    for period in periods:
        for indicator, value in amounts.items():
            tally.add(indicator, period.label, "pole", value, room=one.room, category=category)


def grants(tally: Tally, root: Path, periods: list[Period]) -> None:
    for line in register(root, "grants"):
        status, decided_on, whole = line["status"], day(line["decided_on"]), amount(line["amount_eur"])
        reached = {"grant_requested": amount(line["requested_eur"])}
        if status in ("notified", "contracted", "paid", "closed"):
            reached["grant_awarded"] = amount(line["awarded_eur"])
        if status in ("paid", "closed"):
            reached["grant_paid"] = amount(line["paid_eur"])
        for period in periods:
            for indicator, own in reached.items():
                value = whole if own is None else own
                if (decided_on is None or decided_on <= period.ends_on) and value is not None:
                    tally.add_item(indicator, period.label, "pole", value, item=line["grant_id"])
