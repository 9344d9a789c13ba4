"""A panel: organisations observed over periods, some of which join at a known period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

#: period index given to an organisation that never joins
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Panel:
    """One row per observed organisation × period; gaps are simply absent rows.

    `unit` and `time` index `units` and `times`; `first_treated` holds, per unit, the index of its first period as a
    member, NEVER for one that stays outside. `outcome` is in the unit of the estimand (log, FTE …).
    """

    units: tuple[str, ...]
    times: tuple[str, ...]
    first_treated: Integers
    unit: Integers
    time: Integers
    outcome: Floats

    @classmethod
    def build(
        cls,
        rows: Sequence[tuple[str, str, float]],
        first_treated: dict[str, str | None],
        times: Sequence[str] = (),
    ) -> Panel:
        """From (unit, time, outcome) rows. Times sort as text (2026-Q3) unless given in order."""
        ordered = tuple(times) or tuple(sorted({row[1] for row in rows}))
        units = tuple(sorted({row[0] for row in rows}))
        unit_index = {name: i for i, name in enumerate(units)}
        time_index = {name: i for i, name in enumerate(ordered)}

        def joined(name: str) -> int:
            when = first_treated.get(name)
            if when is None:
                return int(NEVER)
            return time_index.get(when, sum(1 for t in ordered if t < when))

        return cls(
            units,
            ordered,
            np.array([joined(name) for name in units], dtype=np.int64),
            np.array([unit_index[row[0]] for row in rows], dtype=np.int64),
            np.array([time_index[row[1]] for row in rows], dtype=np.int64),
            np.array([row[2] for row in rows], dtype=np.float64),
        )

    @property
    def is_treated(self) -> Booleans:
        """Per row: observed as a member."""
        return self.time >= self.first_treated[self.unit]

    @property
    def event_time(self) -> Integers:
        """Per row: periods since joining (0 = first); NEVER-like large negatives for those who stay outside."""
        return self.time - self.first_treated[self.unit]

    @property
    def is_member(self) -> Booleans:
        """Per unit: joins inside or before the panel."""
        return self.first_treated < len(self.times)

    @property
    def seen(self) -> Booleans:
        """Organisations × periods: observed."""
        grid = np.zeros((len(self.units), len(self.times)), dtype=bool)
        grid[self.unit, self.time] = True
        return grid

    @property
    def grid(self) -> Floats:
        """Organisations × periods: the outcome, 0 where not observed (to be used under `seen` only)."""
        grid = np.zeros((len(self.units), len(self.times)))
        grid[self.unit, self.time] = self.outcome
        return grid

    def keep_units(self, kept: Booleans) -> Panel:
        """The panel of some units only, indices renumbered."""
        numbers = np.cumsum(kept) - 1
        rows = kept[self.unit]
        return Panel(
            tuple(name for name, is_kept in zip(self.units, kept, strict=True) if is_kept),
            self.times,
            self.first_treated[kept],
            numbers[self.unit[rows]],
            self.time[rows],
            self.outcome[rows],
        )

    def keep_rows(self, kept: Booleans) -> Panel:
        """The panel of some rows only; units and times stay as they are."""
        return replace(self, unit=self.unit[kept], time=self.time[kept], outcome=self.outcome[kept])

    def with_dates(self, first_treated: Integers) -> Panel:
        return replace(self, first_treated=first_treated)

    def with_outcome(self, outcome: Floats) -> Panel:
        return replace(self, outcome=outcome)
