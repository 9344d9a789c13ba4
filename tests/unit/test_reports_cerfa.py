"""Cerfa 15059*02: worked example 10 of the domain note, and what must hold for any budget."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from periscope.reader_context import BudgetLine, Expense, IndirectKey
from reports import cerfa

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
    found = {row.line: row.gap_share for row in cerfa.significant_gaps(built, D("0.10"), D("500"))}
    assert found == {"60": D("0.6"), "66": None}


def test_gaps_are_told_in_euros_and_as_a_share_of_the_forecast() -> None:
    built = table(budget(_60_a=("1200", "1380"), _65=(None, "350"), _66=("10", None)))
    assert (built.row("charge", "60.a").gap_eur, built.row("charge", "60.a").gap_share) == (180, D("0.15"))
    assert (built.row("charge", "65").gap_eur, built.row("charge", "65").gap_share) == (350, None)
    assert built.row("charge", "66").gap_eur is None
    assert any("sans réalisation connue : 66" in note for note in built.notes)


def spent(expense_id: str, amount: str, account: str, day: date | None, action: str = "A") -> Expense:
    return Expense(expense_id, action, D(amount), day, account=account)


def test_expenses_fill_realised_charges_when_the_budget_states_none() -> None:
    march = date(2026, 3, 4)
    expenses = [spent("1", "10.50", "6064", march), spent("2", "5", "6226", march),
                spent("3", "7", "617", march), spent("4", "9", "695", march), spent("5", "3", "6064", None)]  # fmt: skip
    built = cerfa.table("A", "2026", budget(_60_b=("20", None)), expenses)
    assert built.row("charge", "60.b").realised_eur == 11
    assert built.row("charge", "62.a").realised_eur == 5
    assert built.row("charge", "61 +").realised_eur == 7
    assert any("sans ligne" in note and "9,00" in note for note in built.notes)
    assert any("Sans date d'engagement" in note and " 5." in note for note in built.notes)


@pytest.mark.parametrize(
    ("closing", "year", "realised"),
    [
        (date(2026, 12, 31), "2026", 110),
        (date(2026, 12, 31), "2025", 1),
        (date(2026, 8, 31), "2026", 11),
        (date(2026, 8, 31), "2027", 100),
        (None, "2026", 110),
    ],
)
def test_an_expense_belongs_to_the_exercise_of_its_day(
    closing: date | None, year: str, realised: int
) -> None:
    expenses = [spent("1", "1", "6064", date(2025, 12, 31)), spent("2", "10", "6064", date(2026, 8, 31)),
                spent("3", "100", "6064", date(2026, 9, 1))]  # fmt: skip
    built = cerfa.table("A", year, (), expenses, closing=closing)
    assert built.row("charge", "60.b").realised_eur == realised


def test_every_dated_expense_is_in_one_exercise_and_one_only() -> None:
    expenses = [spent(str(n), "7.31", "6064", date(2024, 1, 1) + timedelta(days=13 * n)) for n in range(80)]
    for closing in (None, date(2026, 8, 31), date(2024, 2, 29)):
        totals = [
            cerfa.table("A", str(y), (), expenses, closing=closing).exact["charge", "realised"]
            for y in range(2023, 2029)
        ]
        assert sum((t for t in totals if t is not None), D(0)) == D("7.31") * 80


def test_general_expenses_reach_an_action_by_their_key() -> None:
    march = date(2026, 3, 4)
    expenses = [spent("1", "1000", "613200", march, ""), spent("2", "500", "613500", date(2025, 3, 4), ""),
                spent("3", "90.10", "661", march, ""), spent("4", "70", "606", march, "")]  # fmt: skip
    keys = [IndirectKey("loyer", "A", ("613",), D("0.15"), "i.1", "30 m² sur 200 m²"),
            IndirectKey("emprunt", "A", ("66",), D("0.5"), "i.2"), IndirectKey("loyer", "B", ("613",), D("0.2"))]  # fmt: skip
    built = cerfa.table("A", "2026", (), expenses, keys)
    assert (built.row("charge", "i.1").realised_eur, built.row("charge", "i.2").realised_eur) == (150, 45)
    assert built.exact["charge", "realised"] == D("195.05")
    assert len(built.indirect_keys) == 2 and "15,0\u202f% de 1\u202f000,00\u202f€" in built.indirect_keys[0]
    assert "30 m² sur 200 m²" in built.indirect_keys[0] and "n.d." in built.indirect_keys[1]


def test_a_typed_realisation_is_kept_and_the_gap_with_the_expenses_told() -> None:
    built = cerfa.table("A", "2026", budget(_60_b=("20", "30")), [spent("1", "25", "606", date(2026, 1, 2))])
    assert built.row("charge", "60.b").realised_eur == 30
    assert any("25,00" in note and "30,00" in note for note in built.notes)


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
        for column in ("forecast_eur", "realised_eur"):
            above, in_kind, whole = (
                getattr(rows[line], column) for line in ("T1", cerfa.IN_KIND[side], "T2")
            )
            assert whole == (None if above is None and in_kind is None else (above or 0) + (in_kind or 0))
        for row in rows.values():
            assert (row.percent is None) == (not row.forecast_eur or row.realised_eur is None)
            if row.gap_share is not None and row.percent is not None:
                assert abs(row.gap_share - (row.percent / 100 - 1)) < D("1e-15")
        leaves = sum(not row.children for row in rows.values())
        exact, total = built.exact[side, "forecast"], rows["T1"].forecast_eur
        assert (exact is None) == (total is None)
        if exact is not None and total is not None:
            assert abs(total - exact) <= D("0.5") * leaves
