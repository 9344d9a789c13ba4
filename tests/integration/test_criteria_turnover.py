"""Golden numbers of the turnover criteria, worked out by hand (DOMAIN 9, examples 1 to 5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.poles import Figures, Pole, sources_sum
from tests.turnovers import TURNOVER, A, B, C, D, E, F, G, fec, index, told


@pytest.fixture(scope="module")
def growth() -> Figures:
    """DOMAIN 9, examples 4 and 5, with a silent member, one set aside and a change of presence."""
    pole = Pole()
    pole.member("A", A, "creation_support", naf_code="62.01Z")
    pole.member("B", B, "creation_support", naf_code="85.59A")
    pole.member("C", C, "csr_promotion", "occasional_user", joined_on="2026-01-10")
    pole.member("D", D, "csr_promotion", left_on="2025-12-31")
    pole.member("E", E, "csr_promotion")  # never answers
    pole.member("F", F, "csr_promotion")  # answers only the second of the two quarters
    pole.member("G", G, presence="candidate")
    pole.member(
        "A-bis", A, "creation_support", joined_on="2021-01-01", naf_code="62.01Z"
    )  # A again, registered twice
    told(pole, A, "2025-Q3", "100")
    told(pole, A, "2026-Q3", "120")
    told(pole, B, "2025-Q3", "50")
    told(pole, B, "2026-Q3", "45")
    told(pole, C, "2026-Q3", "30")
    told(pole, D, "2025-Q3", "40")
    told(pole, F, "2026-Q3", "1000")
    told(pole, G, "2026-Q3", "7777")
    for period, value, wrong in (("2025-Q3", "100", "1"), ("2026-Q3", "105", "1")):
        index(pole, "6201Z", period, value)
        index(pole, "6201Z", period, wrong, vintage="2025")  # an older vintage of the same index
    index(pole, "85.59A", "2025-Q3", "100")
    index(pole, "85.59A", "2026-Q3", "98")
    return pole.build("2026-Q3", select=TURNOVER, baseline_quarter="2025-Q3")


def test_constant_panel(growth: Figures) -> None:
    row = growth.row("turnover_panel_growth", "2026-Q3")
    assert row is not None
    assert (row["numerator"], row["denominator"], row["value"]) == (165, 150, Decimal("0.1"))
    assert (row["contributors"], row["expected_count"], row["answered_count"]) == (2, 5, 4)


def test_an_entrant_never_moves_the_panel(growth: Figures) -> None:
    # the residents are the same pole without C, who came as an occasional user
    with_entrant, without = (
        growth.row("turnover_panel_growth", "2026-Q3", perimeter)
        for perimeter in ("members", "permanent_residents")
    )
    assert with_entrant is not None and without is not None
    assert with_entrant["value"] == without["value"] == Decimal("0.1")
    assert growth.items("turnover_bridge", "2026-Q3", "permanent_residents", "item")["entrants"] == 0


def test_leave_one_out_and_dominance(growth: Figures) -> None:
    rows = growth.table(
        "select member_id, growth_share, panel_growth_without_share, share_of_total, comparison "
        "from marts.fct_turnover where quarter = '2026-Q3' and member_id in ('A', 'F') order by all"
    )
    assert rows == [
        ("A", Decimal("0.2"), Decimal("-0.1"), Decimal("0.100418"), "panel"),
        ("F", None, None, Decimal("0.836820"), "set_aside"),
    ]


def test_worst_case_of_silent_members(growth: Figures) -> None:
    rows = growth.table(
        "select member_id, turnover_low_eur, turnover_high_eur from marts.fct_turnover "
        "where quarter = '2026-Q2' and is_member order by member_id"
    )
    assert rows == [("A", 0, 120), ("B", 0, 50), ("C", 0, 30), ("E", None, None), ("F", 0, 1000)]


def test_who_is_in_the_panel_and_why_not(growth: Figures) -> None:
    rows = growth.table(
        "select member_id, is_answered, is_usable, is_included, exclusion_reason from "
        "intermediate.int_dispositions__turnover where indicator_id = 'turnover_panel_growth' "
        "and period = '2026-Q3' and perimeter = 'members' order by member_id"
    )
    assert rows == [
        ("A", True, True, True, None),
        ("B", True, True, True, None),
        ("C", True, True, False, "entrant"),
        ("D", True, True, False, "leaver"),
        ("E", False, False, False, "silent"),
        ("F", True, False, False, "set_aside"),
    ]


def test_who_is_set_against_its_sector_and_why_not(growth: Figures) -> None:
    told = (
        "select member_id, is_included, exclusion_reason_fr from intermediate.int_dispositions__turnover "
        "where indicator_id = 'turnover_growth_vs_sector' and period = '2026-Q3' and perimeter = 'members' order by 1"
    )
    rows = growth.table(told)
    assert [row[:2] for row in rows] == [
        ("A", True), ("B", True), ("C", False), ("D", False), ("E", False), ("F", False)
    ]  # fmt: skip
    assert [row[2] is None for row in rows] == [row[1] for row in rows]


def test_total_median_and_sector(growth: Figures) -> None:
    row = growth.row("turnover_total_growth", "2026-Q3")
    assert row is not None
    assert (row["numerator"], row["denominator"], row["value"]) == (195, 190, Decimal("0.026316"))
    assert growth.value("turnover_median_growth", "2026-Q3") == Decimal("0.05")
    sector = growth.row("turnover_growth_vs_sector", "2026-Q3")
    assert sector is not None
    assert (sector["denominator"], sector["value"]) == (154, Decimal("0.071429"))
    assert sector["contributors"] == 2
    assert growth.value("turnover_chained_growth", "2026-Q3") == Decimal("0.1")


def test_bridge_sums_to_the_cent(growth: Figures) -> None:
    assert growth.items("turnover_bridge", "2026-Q3", dimension="item") == {
        "organic": 15,
        "entrants": 30,
        "leavers": -40,
        "corrections": 0,
        "definition": 0,
        "total": 5,
    }


def test_total_leaves_candidates_out(growth: Figures) -> None:
    assert growth.value("turnover_total", "2026-Q3") == 1195  # A, B, C and F; G only showed interest
    assert growth.items("turnover_total", "2026-Q3") == {"creation_support": 165, "csr_promotion": 1030}
    assert growth.items("turnover_total", "2026-Q3", dimension="member") == {
        "A": 120,
        "B": 45,
        "C": 30,
        "F": 1000,
    }
    assert growth.value("largest_share", "2026-Q3") == Decimal("0.836820")


def test_nobody_answered_is_not_zero(growth: Figures) -> None:
    row = growth.row("turnover_total", "2026-Q2")
    assert row is not None
    assert (row["value"], row["reason"]) == (None, "Aucune réponse reçue.")
    empty = growth.row("turnover_total", "2025-Q3", "occasional_users")
    assert empty is not None
    assert (empty["value"], empty["reason"]) == (None, "Aucun membre dans ce périmètre.")
    growth_row = growth.row("turnover_panel_growth", "2025-Q3")
    assert growth_row is not None
    assert (growth_row["value"], growth_row["reason"]) == (
        None,
        "Aucun membre comparable avec l'année précédente.",
    )


def test_self_financing_without_a_managing_body(growth: Figures) -> None:
    row = growth.row("self_financing_ratio", "2026-Q3", "managing_body")
    assert row is not None
    assert row["value"] is None
    assert "managing_body" in row["reason"]


@pytest.fixture(scope="module")
def annual() -> Figures:
    """Years to date, longer rows, presence changes, negative bases, a chain of two years."""
    pole = Pole()
    pole.member("A", A)  # quarters, each year 10 % more
    pole.member("B", B, left_on="2026-03-31")  # resident, then occasional user from April
    pole.membership("B", "occasional_user", "2026-04-01")
    pole.member("C", C)  # a row for the year 2025, quarters in 2026
    pole.member("D", D, joined_on="2025-07-15")  # joins in the second half of 2025
    pole.member("E", E)  # negative base
    pole.member("F", F)  # an empty sheet
    for year, amounts in (("2024", "100"), ("2025", "110"), ("2026", "121")):
        for number in range(1, 5 if year != "2026" else 4):
            told(pole, A, f"{year}-Q{number}", amounts)
            if year != "2024":
                told(pole, B, f"{year}-Q{number}", "10")
    told(
        pole, C, "2025-Q4", "400", "tax_form", period=("2025-01-01", "2025-12-31"), operating_income_eur="800"
    )
    told(pole, C, "2025-Q3", "270", period=("2025-01-01", "2025-09-30"))
    for number in range(1, 4):
        told(pole, C, f"2026-Q{number}", "100", operating_income_eur="100")
    told(pole, D, "2025-Q3", "7")
    told(pole, D, "2025-Q4", "7")
    told(pole, D, "2025-Q4", "28", "tax_form", period=("2025-01-01", "2025-12-31"))
    for number in range(1, 4):
        told(pole, D, f"2026-Q{number}", "8")
    told(pole, E, "2025-Q1", "-5")
    told(pole, E, "2026-Q1", "5")
    pole.declare("activity", F, "2026-Q3")
    told(pole, A, "2024-Q4", "420.01", period=("2024-01-01", "2024-12-31"))
    told(pole, A, "2025-Q4", "462", period=("2025-01-01", "2025-12-31"))
    return pole.build("2026-Q3", select=TURNOVER, baseline_quarter="2024-Q2")


def test_year_to_date_is_the_sum_of_quarters(annual: Figures) -> None:
    assert annual.items("turnover_total", "2026", dimension="member") == {
        "A": 363, "B": 30, "C": 300, "D": 24, "E": 5,
    }  # fmt: skip
    row = annual.row("turnover_total", "2026")
    assert row is not None
    assert (row["value"], row["expected_count"], row["answered_count"]) == (722, 6, 4)
    for perimeter in ("members", "permanent_residents", "occasional_users"):
        quarters = [annual.value("turnover_total", f"2026-Q{number}", perimeter) or 0 for number in (1, 2, 3)]
        assert annual.value("turnover_total", "2026", perimeter) == sum(quarters)


def test_a_member_of_the_panel_without_an_index_is_told_so(annual: Figures) -> None:
    told = annual.table(
        "select period, sector.is_included, sector.exclusion_reason_fr "
        "from intermediate.int_dispositions__turnover as sector "
        "inner join intermediate.int_dispositions__turnover as panel using (period, perimeter, member_id) "
        "where panel.indicator_id = 'turnover_panel_growth' and sector.indicator_id = 'turnover_growth_vs_sector' "
        "and panel.is_included and member_id = 'A'"
    )
    assert told and not any(included for _, included, _ in told)
    assert {reason for *_, reason in told} == {
        "Aucun indice de son secteur (code NAF) aux deux dates : ajoutez-le à benchmark_index.csv."
    }


def test_longer_row_feeds_annual_figures_only(annual: Figures) -> None:
    assert annual.row("turnover_total", "2025-Q4", dimension="member", item="C") is None
    assert annual.value("turnover_total", "2025", dimension="member", item="C") == 400
    assert annual.value("market_share_of_income", "2025", dimension="member", item="C") == Decimal("0.5")
    # D joined in July: the row for the whole year tells of months before, the quarters known stand
    assert annual.value("turnover_total", "2025", dimension="member", item="D") == 14
    row = annual.row("turnover_total", "2025")
    assert row is not None
    assert (row["expected_count"], row["answered_count"]) == (6, 4)  # E and F did not answer each quarter


def test_annual_growth_compares_like_with_like(annual: Figures) -> None:
    row = annual.row("turnover_panel_growth", "2026")
    assert row is not None
    # A 363/330, B 30/30, C whole: 300 against the 270 told for January to September, D third quarter, E first
    assert row["numerator"] == 363 + 30 + 300 + 8 + 5
    assert row["denominator"] == 330 + 30 + 270 + 7 - 5
    bridge = annual.items("turnover_bridge", "2026", dimension="item")
    assert bridge["entrants"] == 16  # D in the first two quarters
    assert bridge["organic"] + bridge["entrants"] + bridge["leavers"] == bridge["total"] == 706 - 632 + 16


def test_negative_base_is_not_assessable(annual: Figures) -> None:
    member = annual.table(
        "select comparison, previous_eur from intermediate.int_turnover__year_on_year "
        "where period = '2026-Q1' and perimeter = 'members' and member_id = 'E'"
    )
    assert member == [("panel", Decimal("-5.00"))]
    row = annual.row("turnover_median_growth", "2026-Q1")
    assert row is not None
    assert (row["contributors"], row["value"]) == (
        2,
        Decimal("0.05"),
    )  # A +10 %, B 0 %; E has no positive base


def test_changing_presence_is_leaving_one_and_entering_the_other(annual: Figures) -> None:
    residents = annual.items("turnover_bridge", "2026-Q2", "permanent_residents", "item")
    users = annual.items("turnover_bridge", "2026-Q2", "occasional_users", "item")
    assert (residents["leavers"], users["entrants"]) == (-10, 10)
    everyone = annual.items("turnover_bridge", "2026-Q2", "members", "item")
    assert everyone["total"] == residents["total"] + users["total"]


def test_chained_growth(annual: Figures) -> None:
    assert annual.value("turnover_chained_growth", "2025-Q2") == Decimal("0.1")
    # 2025-Q2: A alone; 2026-Q2: A and B, (121 + 10) / (110 + 10)
    assert annual.value("turnover_chained_growth", "2026-Q2") == Decimal("0.200833")
    # the first quarter of 2024 is before the baseline: one link only
    assert annual.value("turnover_chained_growth", "2026-Q1") == Decimal("0.182609")
    early = annual.row("turnover_chained_growth", "2025-Q1")
    assert early is not None
    assert (early["value"], early["reason"]) == (None, "Moins d'un an depuis le trimestre de référence.")


def test_an_empty_sheet_counts_as_an_answer(annual: Figures) -> None:
    row = annual.row("turnover_total", "2026-Q3")
    assert row is not None
    assert (row["answered_count"], row["contributors"]) == (5, 4)


def test_longer_row_is_set_against_the_sum_of_its_quarters(annual: Figures) -> None:
    gaps = annual.table(
        "select member_id, starts_on, trusted_source_kind, gap_eur from intermediate.int_turnover__source_gaps"
    )
    assert gaps == [("A", date(2024, 1, 1), "quarters", Decimal("20.01"))]  # 462 is exactly 5 % above 440


# last, because it builds every pole and they share one warehouse file
def test_additive_figures_equal_their_sources(growth: Figures, annual: Figures) -> None:
    additive = {"turnover_total", "turnover_external", "intra_pole_sales", "turnover_bridge"}
    checked = 0
    for figures in (growth, annual):
        for key, row in figures.rows.items():
            if key[0] in additive and row["value"] is not None:
                assert sources_sum(row) == row["value"], key
                checked += 1
    assert checked > 100


@pytest.mark.parametrize(("count", "sources"), [(20_000, 20_000), (20_001, 1)])
def test_a_ledger_too_long_to_list_is_one_source_a_quarter(count: int, sources: int) -> None:
    """Its lines are still one by one in the proof of the figure; the sum is the same to the cent."""
    pole = Pole()
    pole.member("A", A)
    fec(pole, A, "2026-07-01", "2026-09-30", *[("2026-08-03", "706000", None, "0.01")] * count)
    figures = pole.build("2026-Q3", select=["+crit_turnover_total", "+crit_turnover_external"])
    for indicator in ("turnover_total", "turnover_external"):
        row = figures.row(indicator, "2026-Q3")
        assert row is not None
        assert (row["value"], row["contributors"], len(row["sources"])) == (Decimal(count) / 100, 1, sources)
