"""The oracle: Monday to Friday days of each year minus the holidays that fall on them (metropolitan list)."""

from datetime import date, timedelta

import pytest

from periscope.holidays import public_holidays

WORKING_DAYS = {
    2013: 251, 2014: 251, 2015: 252, 2016: 253, 2017: 251, 2018: 252, 2019: 251, 2020: 253,
    2021: 254, 2022: 253, 2023: 251, 2024: 252, 2025: 251, 2026: 252, 2027: 254,
}  # fmt: skip


@pytest.mark.parametrize(("year", "expected"), WORKING_DAYS.items())
def test_working_days_of_a_year(year: int, expected: int) -> None:
    holidays = public_holidays(year)
    days = [
        date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]
    assert sum(day.weekday() < 5 and day not in holidays for day in days) == expected


def test_eleven_days_a_year_in_order_and_no_alsatian_one() -> None:
    days = list(public_holidays(2026))
    assert len(days) == 11
    assert days == sorted(days)
    assert date(2026, 4, 3) not in days  # Good Friday
    assert date(2026, 12, 26) not in days


def test_ascension_on_another_holiday_is_one_day() -> None:
    names = public_holidays(2008)
    assert names[date(2008, 5, 1)] == "Fête du travail et Ascension"
    assert len(names) == 10
