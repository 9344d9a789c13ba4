"""Cerfa 15059*02: worked examples 10, 11 and 13 of the domain note, and what must hold for any budget."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from periscope.reader_context import Allocation, BudgetLine, Expense, Grant, ReportContext
from reports import cerfa, eligibility
from tests.fixtures.reader_folder import context

D = Decimal


def budget(**lines: tuple[str | None, str | None]) -> list[BudgetLine]:
    """`_60_a=("1200", "1380")` is line 60.a, forecast then realised."""
    made = []
    for name, (forecast, realised) in lines.items():
        line = name.lstrip("_").replace("_", ".")
        made.append(
            BudgetLine(
                "A", "2026", line, D(forecast) if forecast else None, D(realised) if realised else None
            )
        )
    return made


def table(lines: list[BudgetLine]) -> cerfa.CerfaTable:
    return cerfa.table("A", "2026", lines)


def test_percentages_with_and_without_a_forecast() -> None:
    built = table(budget(_60_a=("1200", "1380"), _65=("0", "350"), _66=("0", "0"), _67=(None, "12")))
    assert built.row("charge", "60.a").percent == 115
    assert built.row("charge", "65").percent is None
    assert built.row("charge", "66").percent is None
    assert built.row("charge", "67").percent is None


def test_leaves_are_rounded_half_up_and_the_table_adds_up() -> None:
    built = table(budget(_61_a=(None, "10.50"), _61_b=(None, "10.50"), _61_c=(None, "10.50")))
    assert [built.row("charge", f"61.{c}").realised_eur for c in "abc"] == [11, 11, 11]
    assert built.row("charge", "T1").realised_eur == 33
    assert built.exact["charge", "realised"] == D("31.50")
    assert any("1,50" in note and "écart" in note for note in built.notes)


def test_missing_is_not_zero() -> None:
    built = table(budget(_61_a=("100", None)))
    assert built.row("charge", "61").realised_eur is None
    assert built.row("charge", "T1").realised_eur is None
    assert built.row("income", "T1").forecast_eur is None


def test_what_a_parent_holds_beyond_its_children_is_a_line_of_its_own() -> None:
    built = table(budget(_64=("1000", None), _64_a=("700", None)))
    assert built.row("charge", "64 +").forecast_eur == 300
    assert built.row("charge", "64").forecast_eur == 1000
    assert any(
        "le détail dépasse" in note for note in table(budget(_64=("1000", None), _64_a=("1200", None))).notes
    )


def test_contributions_in_kind_stand_below_the_totals() -> None:
    built = table(
        budget(_60_a=("1000", "1000"), _864=("500", "500"), _74_d=("1000", "1000"), _870=("400", "500"))
    )
    codes = [row.line for row in built.rows["charge"]]
    assert codes.index("T1") < codes.index("86") < codes.index("T2")
    assert (built.row("charge", "T1").realised_eur, built.row("charge", "T2").realised_eur) == (1000, 1500)
    assert any("86" in note and "87" in note for note in built.notes)
    assert cerfa.footer(D(1000), built).endswith("représente 100,0\u202f% du Total des produits.")


def test_lines_of_the_application_form_are_told_and_left_out() -> None:
    built = table(budget(_69=("50", "50"), _79=("20", None), _99=("1", None)))
    assert built.row("charge", "T1").forecast_eur is None
    assert sum("hors tableau" in note for note in built.notes) == 3
    assert {"69", "79"}.isdisjoint(form.line for form in cerfa.form_lines())


def test_the_result_is_told_not_forced() -> None:
    built = table(budget(_60_a=("1000", "900"), _74_d=("1000", "1000")))
    assert built.result_eur == 100
    assert any("excédent" in note for note in built.notes)


def test_gaps_need_both_thresholds() -> None:
    built = table(
        budget(_60_a=("1000", "1600"), _62_a=("10000", "10600"), _65=("100", "130"), _66=("0", "700"))
    )
    found = {row.line: share for row, share in cerfa.significant_gaps(built, D("0.10"), D("500"))}
    assert found == {"60": D("0.6"), "66": None}


def test_expenses_fill_realised_charges_when_the_budget_states_none() -> None:
    expenses = [Expense("1", "A", D("10.50"), account="6064"), Expense("2", "A", D("5"), account="6226"),
                Expense("3", "A", D("7"), account="617"), Expense("4", "A", D("9"), account="695")]  # fmt: skip
    built = cerfa.table("A", "2026", budget(_60_b=("20", None)), expenses)
    assert built.row("charge", "60.b").realised_eur == 11
    assert built.row("charge", "62.a").realised_eur == 5
    assert built.row("charge", "61 +").realised_eur == 7
    assert any("sans ligne" in note and "9,00" in note for note in built.notes)


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
    assert cerfa.six_months_after(closing) == due


def test_the_form_read_to_the_letter_comes_earlier() -> None:
    grant = Grant(
        "G", "f", "F", "", "A", D(1), "paid", decided_on=date(2025, 12, 12), closing_date=date(2026, 12, 31)
    )
    found = cerfa.deadline(grant)
    assert (found.due_on, found.earlier_on) == (date(2027, 6, 30), date(2026, 6, 30))
    same_year = cerfa.deadline(replace(grant, decided_on=date(2026, 1, 5)))
    assert (same_year.due_on, same_year.earlier_on) == (date(2027, 6, 30), None)


@given(
    st.dictionaries(
        st.sampled_from([form.line for form in cerfa.form_lines()]),
        st.decimals(min_value=0, max_value=10**7, places=2),
        max_size=25,
    )
)
def test_any_budget_adds_up(amounts: dict[str, Decimal]) -> None:
    built = table([BudgetLine("A", "2026", line, amount, amount / 2) for line, amount in amounts.items()])
    for side in cerfa.SIDES:
        rows = {row.line: row for row in built.rows[side]}
        for row in rows.values():
            known = [rows[c].forecast_eur for c in row.children if rows[c].forecast_eur is not None]
            if row.children:
                assert row.forecast_eur == (sum(known) if known else None)
        leaves = sum(not row.children for row in rows.values())
        exact, total = built.exact[side, "forecast"], rows["T1"].forecast_eur
        assert (exact is None) == (total is None)
        if exact is not None and total is not None:
            assert abs(total - exact) <= D("0.5") * leaves


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
