"""Periods, and who belongs to which perimeter, from the register alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.recompute.sheets import day, register

PERIMETERS = {"permanent_resident": "permanent_residents", "occasional_user": "occasional_users"}


@dataclass(frozen=True)
class Period:
    label: str
    starts_on: date
    ends_on: date

    def has(self, when: date | None) -> bool:
        return when is not None and self.starts_on <= when <= self.ends_on

    @property
    def quarters(self) -> list[str]:
        months = range(self.starts_on.month, self.ends_on.month + 1, 3)
        return [f"{self.starts_on.year}-Q{(month + 2) // 3}" for month in months]


def quarter_of(when: date) -> str:
    return f"{when.year}-Q{(when.month + 2) // 3}"


def quarter(label: str) -> Period:
    year, number = int(label[:4]), int(label[-1])
    following = date(year + number // 4, number % 4 * 3 + 1, 1)
    return Period(label, date(year, number * 3 - 2, 1), following - timedelta(days=1))


def periods(first: str, last: str) -> list[Period]:
    """Quarters from `first` to `last`, and each year to date."""
    found, label = [], first
    years: dict[str, list[Period]] = defaultdict(list)
    while label <= last:
        one = quarter(label)
        found.append(one)
        years[label[:4]].append(one)
        label = quarter_of(one.ends_on + timedelta(days=1))
    return found + [Period(y, date(int(y), 1, 1), held[-1].ends_on) for y, held in years.items()]


class Members:
    """Memberships by SIREN; candidates do not belong."""

    def __init__(self, root: Path) -> None:
        self.lines = {line["member_id"]: line for line in register(root, "members")}
        self.sirens = {member_id: line["siren"] for member_id, line in self.lines.items()}
        self.ids = {siren: member_id for member_id, siren in self.sirens.items()}
        self.names = {line["name"].casefold(): member_id for member_id, line in self.lines.items()}
        self.held: dict[str, list[tuple[date, date, str]]] = defaultdict(list)
        for line in register(root, "memberships"):
            if line["presence"] != "candidate":
                joined, left = day(line["joined_on"]), day(line["left_on"]) or date.max
                assert joined is not None
                self.held[self.sirens[line["member_id"]]].append((joined, left, line["presence"]))

    def presence_on(self, siren: str, when: date) -> str | None:
        return next((p for joined, left, p in self.held.get(siren, ()) if joined <= when <= left), None)

    def perimeters(self, siren: str, period: Period, *, is_stock: bool = False) -> list[str]:
        """Perimeters of a member on any day of the period (or on its last one): the last presence held decides."""
        last: tuple[date, str] | None = None
        for joined, left, presence in self.held.get(siren, ()):
            if joined <= period.ends_on and left >= period.starts_on:
                last = max(last or (date.min, ""), (min(left, period.ends_on), presence))
        if last is None or (is_stock and last[0] < period.ends_on):
            return []
        return ["members", PERIMETERS[last[1]]]

    def function(self, siren: str) -> str:
        return self.lines[self.ids[siren]]["function"] or "unknown"
