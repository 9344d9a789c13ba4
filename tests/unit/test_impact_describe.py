"""What goes with an effect: members against their sector, and a year of imputed turnover, by hand."""

from __future__ import annotations

import math

import pytest

from impact.describe import against_sector, imputed_year
from impact.panel import Panel

TIMES = [f"202{year}-Q{n}" for year in (4, 5) for n in range(1, 5)]


def panel(gains: dict[str, float]) -> Panel:
    """Members join at 2025-Q1 and gain; everyone sells 100 times a common season."""
    rows = [
        (name, time, math.log(100 * (1 + n % 4) * (1 + gain * (time >= "2025-Q1"))))
        for name, gain in gains.items()
        for n, time in enumerate(TIMES)
    ]
    return Panel.build(rows, {name: "2025-Q1" if name.startswith("M") else None for name in gains}, TIMES)


def test_against_the_sector_by_hand() -> None:
    """The sector doubles in 2025; two members double too, one quadruples: log 2 for one of three, on average."""
    known = panel({"M1": 1.0, "M2": 1.0, "M3": 3.0, "M4": 0.0, "C1": 0.0})
    rows = [
        (name, time, (1 + n % 4) * (2 if time >= "2025-Q1" else 1))
        for name in ("M1", "M2", "M3", "C1")
        for n, time in enumerate(TIMES)
    ]
    told = against_sector(known, rows)
    assert told is not None
    mean, interval, count = told
    assert (mean, count) == (pytest.approx(math.log(2) / 3), 3)  # M4 has no index, C1 is no member
    half = 4.302653 * math.log(2) / 3  # Student's t with 2 degrees; the error of (0, 0, log 2) is log 2 / 3
    assert (interval.low, interval.high) == pytest.approx((mean - half, mean + half), abs=1e-6)


def test_two_members_are_too_few_to_describe() -> None:
    known = panel({"M1": 1.0, "M2": 1.0, "C1": 0.0})
    assert against_sector(known, [(name, time, 1.0) for name in ("M1", "M2") for time in TIMES]) is None


def test_a_year_of_imputed_turnover_is_what_was_sold_less_the_effect() -> None:
    """Two members that gained 10 % and 30 %: without it each would have sold 100 + 200 + 300 + 400."""
    assert imputed_year(panel({"M1": 0.1, "M2": 0.3, "C1": 0.0, "C2": 0.0})) == pytest.approx(2000)
