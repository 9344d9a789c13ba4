"""Nothing charged twice, dates inside the window, aid under the cost; worked example 11 of the domain note."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from periscope.reader_context import Allocation, BudgetLine, Expense, Grant, IndirectKey, ReportContext
from reports import eligibility
from tests.fixtures.reader_folder import context

D = Decimal


def charged(**changes: object) -> ReportContext:
    return replace(context("internal"), **changes)  # type: ignore[arg-type]


def test_the_demo_budget_is_eligible() -> None:
    assert eligibility.violations(context("internal")) == []
    assert eligibility.violations(context("funder")) == []


def test_nothing_is_charged_twice() -> None:
    parts = (Allocation("D1", "G1", D("0.7")), Allocation("D1", "G2", D("0.4")))
    (found,) = eligibility.violations(charged(allocations=parts))
    assert "D1" in found and "110,0\u202f%" in found and "G1 et G2" in found


@pytest.mark.parametrize(
    ("incurred", "paid", "word"),
    [
        (date(2025, 12, 31), date(2026, 2, 1), "engagée"),
        (date(2027, 1, 1), date(2027, 1, 2), "engagée"),
        (date(2026, 12, 31), date(2027, 7, 1), "payée"),
    ],
)
def test_dates_stay_inside_the_window(incurred: date, paid: date, word: str) -> None:
    expense = Expense("D1", "Animation", D(10), incurred, paid)
    found = eligibility.violations(charged(expenses=(expense,), allocations=(Allocation("D1", "G1", D(1)),)))
    assert len(found) == 1 and word in found[0]


def test_the_last_day_of_the_window_is_inside() -> None:
    expense = Expense("D1", "Animation", D(10), date(2026, 12, 31), date(2027, 6, 30))
    assert (
        eligibility.violations(charged(expenses=(expense,), allocations=(Allocation("D1", "G1", D(1)),)))
        == []
    )


def test_public_money_stays_under_the_cost() -> None:
    grants = tuple(replace(grant, awarded_eur=D(40000)) for grant in context("internal").grants)
    (found,) = eligibility.violations(charged(grants=grants))
    assert "80\u202f000,00\u202f€" in found and "Animation" in found


def test_an_allocation_of_an_unknown_grant_is_refused_where_all_grants_are_known() -> None:
    unknown = (Allocation("D1", "G9", D("0.1")),)
    assert len(eligibility.violations(charged(allocations=unknown))) == 1
    assert eligibility.violations(replace(context("funder"), allocations=unknown)) == []


def test_an_expense_without_date_or_of_another_action_is_refused() -> None:
    one = (Allocation("D1", "G1", D(1)),)
    (undated,) = eligibility.violations(
        charged(expenses=(Expense("D1", "Animation", D(10)),), allocations=one)
    )
    assert "sans date d'engagement" in undated and "expenses.csv" in undated
    other = Expense("D1", "Autre action", D(10), date(2026, 3, 1), date(2026, 3, 2))
    (mixed,) = eligibility.violations(charged(expenses=(other,), allocations=one))
    assert "Autre action" in mixed and "Animation" in mixed


@pytest.mark.parametrize(("shares", "refused"), [(("0.6", "0.4"), 0), (("0.6", "0.41"), 1)])
def test_a_general_expense_is_spread_at_most_once(shares: tuple[str, str], refused: int) -> None:
    rent = Expense("D7", "", D(1000), date(2026, 3, 1), date(2026, 3, 2), "6132")
    keys = tuple(IndirectKey(f"loyer {n}", f"A{n}", ("613",), D(share)) for n, share in enumerate(shares))
    found = eligibility.violations(charged(expenses=(rent,), allocations=(), indirect_keys=keys))
    assert len(found) == refused
    assert all("D7" in one and "101,0" in one and "loyer 0 et loyer 1" in one for one in found)


def building(region_eur: str, other_eur: str, **changes: object) -> ReportContext:
    """The worked example: 1 725 000 € of works, Région 35 %."""
    grant = Grant("G1", "region", "Région", "Bâtiment", "Bâtiment", D(region_eur), "contracted", period_start=date(2026, 1, 1),
                  period_end=date(2026, 12, 31), family="investissement")  # fmt: skip
    lines = [("T1", "1725000"), ("74.b", region_eur), ("74.a", other_eur)]
    budget = tuple(BudgetLine("Bâtiment", "2026", line, D(amount)) for line, amount in lines)
    return charged(grants=(replace(grant, **changes),), budget_lines=budget, expenses=(), allocations=())  # type: ignore[arg-type]


def test_the_owner_keeps_a_fifth_of_the_cost() -> None:
    assert D("1725000") * D("0.35") == D("603750")
    share, ceiling = eligibility.own_share(D("1725000"), D("603750"), D("0.20"))
    assert (share, ceiling, ceiling - D("603750")) == (D("0.65"), D("1380000"), D("776250"))
    assert eligibility.violations(building("603750", "776250")) == []
    (found,) = eligibility.violations(building("603750", "776251"))
    assert "G1" in found and "1\u202f380\u202f000,00\u202f€" in found and "budget_lines.csv" in found
    assert eligibility.violations(building("603750", "776251", status="requested")) == []


def test_private_money_is_no_public_aid_but_has_its_own_ceiling() -> None:
    grants = tuple(replace(grant, awarded_eur=D(33000)) for grant in context("internal").grants)
    assert len(eligibility.violations(charged(grants=grants))) == 1
    private = (grants[0], replace(grants[1], family="confiance"))
    assert eligibility.violations(charged(grants=private)) == []
    (found,) = eligibility.violations(charged(grants=(grants[0], replace(private[1], awarded_eur=D(33601)))))
    assert "70\u202f%" in found and "G2" in found


def test_each_exercise_is_held_against_its_own_cost() -> None:
    first = context("internal").grants[0]
    budget = (*context("internal").budget_lines, BudgetLine("Animation", "2025", "60.a", D(1000)))
    past = replace(
        first,
        grant_id="G0",
        period_start=date(2025, 1, 1),
        period_end=date(2025, 12, 31),
        awarded_eur=D(1001),
    )
    (found,) = eligibility.violations(charged(grants=(past, first), budget_lines=budget, allocations=()))
    assert "exercice 2025" in found and "G0" in found and "G1" not in found


def test_the_exercises_of_a_grant_are_those_its_period_touches() -> None:
    first = context("internal").grants[0]
    budget = tuple(BudgetLine("Animation", year, "60.a", D(1)) for year in ("2024", "2025", "2026"))
    late = Expense("D9", "Animation", D(10), date(2027, 1, 5))
    known = charged(budget_lines=budget, expenses=(late,), allocations=())
    two = replace(first, period_start=date(2025, 7, 1), period_end=date(2026, 6, 30))
    assert eligibility.years_of(known, first) == ["2026"]
    assert eligibility.years_of(known, two) == ["2025", "2026"]
    assert eligibility.years_of(known, replace(two, period_end=date(2027, 6, 30))) == ["2025", "2026", "2027"]
    assert eligibility.years_of(known, replace(two, closing_date=date(2026, 8, 31))) == ["2025", "2026"]
    assert eligibility.years_of(known, replace(first, period_end=None)) == ["2024", "2025", "2026", "2027"]
