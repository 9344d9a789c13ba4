"""Calendar quarters written `2026-Q3`. No clock here: every date is given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from periscope.errors import UsageError

_PATTERN = re.compile(r"^\s*(\d{4})\s*[-_ /]?\s*[QqTt]\s*([1-4])\s*$")


@dataclass(frozen=True, order=True)
class Quarter:
    """A civil quarter; ordered by time."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read `2026-Q3`, `2026Q3`, `2026-T3` or `T3 2026`. Raises UsageError otherwise."""
        match = _PATTERN.match(text)
        if match is None:
            flipped = re.match(r"^\s*[QqTt]\s*([1-4])\s*[-_ /]?\s*(\d{4})\s*$", text)
            if flipped is None:
                raise UsageError(f"« {text} » n'est pas un trimestre. Écrivez par exemple 2026-Q3.")
            return cls(int(flipped[2]), int(flipped[1]))
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter that contains `day`."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def last_ended_before(cls, day: date) -> Quarter:
        """The last quarter whose last day is before `day`."""
        return cls.of(day).shift(-1)

    def shift(self, quarters: int) -> Quarter:
        """The quarter `quarters` later (earlier if negative)."""
        index = self.year * 4 + self.number - 1 + quarters
        return Quarter(index // 4, index % 4 + 1)

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        return self.shift(1).first_day - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.year:04d}-Q{self.number}"

    @property
    def label_fr(self) -> str:
        """`3e trimestre 2026`."""
        return f"{self.number}{'er' if self.number == 1 else 'e'} trimestre {self.year}"


def quarters_between(first: Quarter, last: Quarter) -> list[Quarter]:
    """Every quarter from `first` to `last`, both included; empty if `last` is earlier."""
    found = []
    while first <= last:
        found.append(first)
        first = first.shift(1)
    return found
