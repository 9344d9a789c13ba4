"""Golden numbers of turnover from accounts (DOMAIN 9, examples 1 to 3), worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.poles import Figures, Pole, sources_sum
from tests.turnovers import TURNOVER, A, B, C, D, F, H, fec, told


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
        ("2026-08-04", "604000", "12", "0", "normal", None, "C"),  # C's sale of 10, with its VAT
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


def test_sales_are_set_against_the_purchases_of_the_buyer(ledger: Figures) -> None:
    # B's accounts stop before the quarter's end and D has none: nothing is compared with them
    trade = "select * exclude (source_ref, row_number) from intermediate.int_turnover__intra_trade"
    assert ledger.table(trade) == [("2026-Q3", "C", "A", 10, 12, "gap")]


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
    # each line is cited for its own amount
    amounts = sorted((s["contribution"] or 0, s["weight"] or 0) for s in row["sources"])
    assert amounts == [(0, 40), (0, 60), (20, 0), (30, 0)]
    year = ledger.row("self_financing_ratio", "2026", "managing_body")
    assert year is not None
    # the first half-year is missing
    reason = "Aucun FEC de la structure gestionnaire ne couvre toute la période."
    assert (year["value"], year["answered_count"], year["reason"]) == (None, 0, reason)


def test_additive_figures_equal_their_sources(ledger: Figures) -> None:
    additive = {"turnover_total", "turnover_external", "intra_pole_sales", "turnover_bridge"}
    checked = [
        sources_sum(row) == row["value"]
        for key, row in ledger.rows.items()
        if key[0] in additive and row["value"] is not None
    ]
    assert len(checked) > 50 and all(checked)
