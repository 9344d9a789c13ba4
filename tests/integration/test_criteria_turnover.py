"""Golden numbers of the turnover criteria, worked out by hand (DOMAIN 9, examples 1 to 5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.poles import Figures, Pole, sources_sum

TURNOVER = ["+tag:turnover"]

A, B, C, D, E, F, G, H = (
    "732829320",
    "356000000",
    "880878145",
    "552032534",
    "784410607",
    "111111118",
    "222222226",
    "333333334",
)


def quarter_days(quarter: str) -> tuple[str, str]:
    ends = {"1": "03-31", "2": "06-30", "3": "09-30", "4": "12-31"}
    month = int(quarter[-1]) * 3 - 2
    return f"{quarter[:4]}-{month:02d}-01", f"{quarter[:4]}-{ends[quarter[-1]]}"


def told(
    pole: Pole, siren: str, quarter: str, eur: str | None, source: str = "declared", **extra: Any
) -> None:
    """The sender's declaration of one quarter."""
    starts_on, ends_on = extra.pop("period", quarter_days(quarter))
    row = {"period_start": starts_on, "period_end": ends_on, "net_turnover_eur": eur, "source": source}
    pole.declare("activity", siren, quarter, row | extra)


def fec(pole: Pole, siren: str, first_on: str, last_on: str, *lines: tuple[Any, ...]) -> None:
    """Accounts of `siren`; a line is (day, account, debit, credit) and optionally (role, customer_member_id)."""
    slice_id = pole.slice("fec", siren, "")
    pole.add(
        "revenue.fec_files", slice_id=slice_id, siren=siren, first_entry_on=first_on, last_entry_on=last_on
    )
    for day, account, debit, credit, *rest in lines:
        pole.add(
            "revenue.fec_lines",
            slice_id=slice_id,
            entry_on=day,
            account_code=account,
            debit_eur=debit,
            credit_eur=credit,
            role=rest[0] if rest else "normal",
            customer_member_id=rest[1] if len(rest) > 1 else None,
        )


def index(pole: Pole, naf: str, period: str, value: str, vintage: str = "2026") -> None:
    pole.add("register.benchmark_index", naf_code=naf, period=period, value=value, vintage=vintage)


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


@pytest.fixture(scope="module")
def ledger() -> Figures:
    """Accounts: DOMAIN 9 examples 1 to 3, coverage by files, trust, sales between members, the managing body."""
    pole = Pole()
    pole.member("A", A)
    pole.member("B", B)
    pole.member("C", C, presence="occasional_user")
    pole.member("D", D)
    pole.member("F", F, closing_month=8)
    fec(
        pole, A, "2026-07-01", "2026-09-30",
        ("2026-07-01", "411000", "900", "0", "opening"),
        ("2026-07-01", "487000", "400", "0"),
        ("2026-07-01", "706000", "0", "400"),  # a reversal dated the first day is turnover
        ("2026-08-01", "706000", "0", "9600", "normal", "B"),
        ("2026-08-02", "709600", "500", "0"),
        ("2026-08-03", "740000", "0", "3000"),
        ("2026-08-03", "713000", "0", "800"),
        ("2026-08-03", "756000", "0", "200"),
        ("2026-08-03", "791000", "0", "5000"),
        ("2026-09-30", "706000", "9500", "0", "closing"),
    )  # fmt: skip
    told(pole, A, "2026-Q3", "9975", public_income_eur="3000", operating_income_eur="1")  # 5 % more: no gap
    # B: accounts stop one day before the quarter's end, so the certificate stands, trusted above the declaration
    fec(
        pole,
        B,
        "2026-04-01",
        "2026-09-29",
        ("2026-08-01", "707000", "0", "111"),
        ("2026-05-01", "707000", "0", "50"),
    )
    told(pole, B, "2026-Q3", "1000", "declared", operating_income_eur="4000")
    told(pole, B, "2026-Q3", "1060", "certificate", operating_income_eur="2120")
    # C: two adjoining files make the quarter; it sells to A (other presence), to D and to itself
    fec(pole, C, "2025-09-01", "2026-08-31", ("2026-07-15", "701000", "0", "10", "normal", "A"))
    fec(
        pole, C, "2026-09-01", "2026-09-30",
        ("2026-09-01", "411000", "10", "0", "opening"),
        ("2026-09-15", "701000", "0", "20", "normal", "D"),
        ("2026-09-15", "701000", "0", "40", "normal", "C"),
        ("2026-09-16", "701000", "5", "0", "normal", "D"),
    )  # fmt: skip
    told(pole, D, "2026-Q3", None)
    # F: its accounts open in mid-quarter on balances brought forward, and nothing tells of June to August
    fec(pole, F, "2026-01-01", "2026-05-31", ("2026-02-01", "706", "0", "4"))
    fec(
        pole,
        F,
        "2026-09-01",
        "2026-12-31",
        ("2026-09-01", "411000", "10", "0", "opening"),
        ("2026-09-20", "706", "0", "8"),
    )
    fec(
        pole, H, "2026-07-01", "2026-09-30",
        ("2026-07-10", "706000", "0", "30"),
        ("2026-07-10", "756000", "0", "20"),
        ("2026-07-10", "740000", "0", "50"),
        ("2026-07-10", "641000", "60", "0"),
        ("2026-07-11", "681000", "40", "0"),
        ("2026-07-11", "661000", "900", "0"),
        ("2026-09-30", "641000", "0", "60", "closing"),
    )  # fmt: skip
    return pole.build("2026-Q3", select=TURNOVER, managing_body_siren=H)


def test_turnover_of_accounts(ledger: Figures) -> None:
    members = ledger.items("turnover_total", "2026-Q3", dimension="member")
    assert members == {"A": 9500, "B": 1060, "C": 65, "F": 8}
    assert ledger.value("turnover_total", "2026-Q3") == 10633
    row = ledger.row("turnover_total", "2026-Q3")
    assert row is not None
    assert (row["contributors"], row["expected_count"], row["answered_count"]) == (4, 5, 4)
    # one source per accounting line, the certificate's row for B
    assert len(row["sources"]) == 3 + 1 + 4 + 1


def test_income_shares(ledger: Figures) -> None:
    assert ledger.value("market_share_of_income", "2026-Q3", dimension="member", item="A") == Decimal(
        "0.703704"
    )
    assert ledger.value("market_share_of_income", "2026-Q3", dimension="member", item="B") == Decimal("0.5")
    row = ledger.row("public_share_of_income", "2026-Q3")
    assert row is not None
    # the accounts' operating income is trusted above the declared 1 €
    assert (row["numerator"], row["denominator"], row["answered_count"]) == (3000, 13500, 1)


def test_sales_between_members(ledger: Figures) -> None:
    assert ledger.value("intra_pole_sales", "2026-Q3") == 9600 + 10 + 20 - 5
    assert ledger.value("intra_pole_sales", "2026-Q3", "permanent_residents") == 9600
    assert ledger.value("intra_pole_sales", "2026-Q3", "occasional_users") == 0
    assert ledger.value("turnover_external", "2026-Q3") == 10633 - 9625


def test_coverage_of_accounts(ledger: Figures) -> None:
    reasons = ledger.table(
        "select quarter, member_id, missing_reason from intermediate.int_turnover__member_quarters "
        "where quarter in ('2026-Q2', '2026-Q3') and member_id in ('D', 'F') and not is_known order by all"
    )
    assert reasons == [
        ("2026-Q2", "D", "silent"),
        ("2026-Q2", "F", "fec_incomplete"),
        ("2026-Q3", "D", "turnover_left_blank"),
    ]
    partly_told = "select siren, quarter from intermediate.int_turnover__fec_quarters where is_partly_told"
    assert ledger.table(partly_told) == [(F, "2026-Q3")]
    assert ledger.value("turnover_total", "2026-Q2", dimension="member", item="B") == 50
    assert (
        ledger.value("turnover_total", "2025-Q4", dimension="member", item="C") == 0
    )  # covered, nothing sold


def test_gaps_between_sources(ledger: Figures) -> None:
    gaps = ledger.table(
        "select member_id, trusted_source_kind, other_source_kind, gap_eur from intermediate.int_turnover__source_gaps"
    )
    assert gaps == [("B", "certificate", "declared", 60)]  # 5.7 %; A's 9 975 is exactly 5 % above 9 500


def test_self_financing(ledger: Figures) -> None:
    row = ledger.row("self_financing_ratio", "2026-Q3", "managing_body")
    assert row is not None
    assert (row["numerator"], row["denominator"], row["value"]) == (50, 100, Decimal("0.5"))
    year = ledger.row("self_financing_ratio", "2026", "managing_body")
    assert year is not None
    # the first half-year is missing
    assert (year["value"], year["answered_count"], year["reason"]) == (None, 0, "Aucune réponse reçue.")


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
def test_additive_figures_equal_their_sources(growth: Figures, ledger: Figures, annual: Figures) -> None:
    additive = {"turnover_total", "turnover_external", "intra_pole_sales", "turnover_bridge"}
    checked = 0
    for figures in (growth, ledger, annual):
        for key, row in figures.rows.items():
            if key[0] in additive and row["value"] is not None:
                assert sources_sum(row) == row["value"], key
                checked += 1
    assert checked > 100
