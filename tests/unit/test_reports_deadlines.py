"""When reports are due: worked example 13 of the domain note, the two readings, and the calendar of `status`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from periscope.reader_context import Grant
from reports import deadlines, families, sections
from reports.report import Report
from tests.fixtures import reader_folder

D = Decimal
CERFA = families.load("cerfa")


@pytest.mark.parametrize(
    ("closing", "due"),
    [
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 6, 30)),
        (date(2026, 6, 30), date(2026, 12, 31)),
        (date(2026, 3, 15), date(2026, 9, 15)),
    ],
)
def test_deadline_six_months_after_the_exercise(closing: date, due: date) -> None:
    assert deadlines.months_after(closing, 6) == due


def test_the_form_read_to_the_letter_comes_earlier() -> None:
    grant = Grant(
        "G", "f", "F", "", "A", D(1), "paid", decided_on=date(2025, 12, 12), closing_date=date(2026, 12, 31)
    )
    found = deadlines.deadline(grant, CERFA)
    assert (found.due_on, found.earlier_on) == (date(2027, 6, 30), date(2026, 6, 30))
    same_year = deadlines.deadline(replace(grant, decided_on=date(2026, 1, 5)), CERFA)
    assert (same_year.due_on, same_year.earlier_on) == (date(2027, 6, 30), None)


@pytest.mark.parametrize(
    ("day", "closing", "year"),
    [
        (date(2026, 8, 31), date(2020, 8, 31), "2026"),
        (date(2026, 9, 1), date(2020, 8, 31), "2027"),
        (date(2024, 2, 29), date(2026, 2, 28), "2024"),
        (date(2026, 12, 31), None, "2026"),
    ],
)
def test_the_exercise_of_a_day(day: date, closing: date | None, year: str) -> None:
    assert deadlines.fiscal_year(day, closing) == year


def grant(name: str, **changes: object) -> Grant:
    base = Grant(name, "f", "Financeur", "Objet", "A", D(1), "paid", closing_date=date(2026, 12, 31))
    return replace(base, **changes)  # type: ignore[arg-type]


def test_the_calendar_holds_every_report_due_and_no_other() -> None:
    grants = [
        grant("G1"),
        grant("G2", status="closed"),
        grant("G3", status="refused"),
        grant("G4", status="requested"),
        grant("G5", closing_date=date(2025, 12, 31)),
        grant("G6", family="confiance"),
        grant("G7", family="investissement", period_end=date(2026, 3, 31)),
        grant("G8", decided_on=date(2024, 6, 1)),
    ]
    told = deadlines.calendar(grants, date(2026, 11, 23)).splitlines()
    assert told[0] == "Comptes rendus à remettre (5)"
    assert [line.split(" · ")[1] for line in told[1:]] == ["G8", "G5", "G7", "G1", "G6"]
    assert told[1].startswith("  30/06/2027 (le formulaire, lu à la lettre : 30/06/2025)")
    assert told[2].startswith("  30/06/2026") and told[2].endswith("EN RETARD")
    assert told[3].startswith("  31/03/2027") and "EN RETARD" not in told[3]
    assert told[5].startswith("  date fixée par la convention")


def test_the_calendar_of_a_page_says_what_is_late(tmp_path: object) -> None:
    from pathlib import Path

    late = (grant("G5", closing_date=date(2025, 12, 31)), grant("G1"))
    report = Report.open(reader_folder.write(Path(str(tmp_path)) / "c", "committee", grants=late))
    section = sections.deadlines(report)
    rows = section.blocks[0].rows  # type: ignore[union-attr]
    assert [(row[2], row[4]) for row in rows] == [("G5", "En retard"), ("G1", "À venir")]
