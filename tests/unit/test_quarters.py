from datetime import date

import pytest

from periscope.errors import UsageError
from periscope.quarters import Quarter, quarters_between


@pytest.mark.parametrize("text", ["2026-Q3", "2026Q3", "2026-T3", "T3 2026", " 2026 t3 "])
def test_usual_spellings(text: str) -> None:
    assert str(Quarter.parse(text)) == "2026-Q3"


@pytest.mark.parametrize("text", ["2026-Q5", "2026", "Q3", "26-Q3", ""])
def test_others_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Quarter.parse(text)


def test_days() -> None:
    assert Quarter(2024, 1).last_day == date(2024, 3, 31)
    assert Quarter(2026, 4).first_day == date(2026, 10, 1)
    assert Quarter.last_ended_before(date(2026, 9, 30)) == Quarter(2026, 2)
    assert Quarter.last_ended_before(date(2026, 10, 1)) == Quarter(2026, 3)
    assert Quarter(2026, 1).shift(-1) == Quarter(2025, 4)
    assert [str(q) for q in quarters_between(Quarter(2025, 4), Quarter(2026, 2))] == [
        "2025-Q4",
        "2026-Q1",
        "2026-Q2",
    ]
