"""Golden numbers of grants and lots, worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.poles import Figures, Pole, sources_sum

MODELS = ["+crit_grant_requested", "+crit_grant_awarded", "+crit_grant_paid", "+crit_lot_vacancy"]


@pytest.fixture(scope="module")
def figures() -> Figures:
    pole = Pole()

    def grant(grant_id: str, status: str, decided_on: str | None, amount: str | None, **extra: str) -> None:
        pole.add(
            "register.grants",
            grant_id=grant_id,
            funder_id="F",
            status=status,
            decided_on=decided_on,
            amount_eur=amount,
            **extra,
        )

    grant("ASKED", "requested", None, "603750.00")
    grant("NOTIFIED", "notified", "2026-06-30", "15000.00")
    grant(
        "CONTRACTED", "contracted", "2026-07-01", "9000.00", requested_eur="10000.00", awarded_eur="8000.00"
    )
    grant("PAID", "paid", "2025-12-31", "5000.00", paid_eur="4000.00")
    grant("CLOSED", "closed", "2026-09-30", "3000.10")
    grant("REFUSED", "refused", "2026-05-05", "7000.00")
    grant("LATER", "paid", "2026-10-01", "1.00")
    grant("NO_AMOUNT", "notified", "2026-01-15", None)

    def lot(lot_id: str, area: str, member: str | None, starts: str | None, ends: str | None) -> None:
        pole.add(
            "register.lots", lot_id=lot_id, area_m2=area, member_id=member, starts_on=starts, ends_on=ends
        )

    lot("L1", "50", "A", "2020-01-01", None)
    lot("L2", "30.5", "B", "2020-01-01", "2026-08-15")  # vacant 16 August to 29 September: 45 days
    lot("L2", "30.5", "C", "2026-09-30", None)  # until the last day
    lot("L3", "20", None, None, None)  # never let
    lot("L4", "10", None, "2026-09-01", None)  # to let since September: 30 days
    return pole.build("2026-Q3", select=MODELS)


def items(figures: Figures, indicator: str, period: str) -> dict[str, Decimal | None]:
    return dict(figures.items(indicator, period, "pole", "item"))


def test_the_funnel_is_cumulative_at_the_end_of_the_quarter(figures: Figures) -> None:
    assert items(figures, "grant_requested", "2026-Q3") == {
        "ASKED": Decimal("603750.00"),
        "NOTIFIED": 15000,
        "CONTRACTED": 10000,
        "PAID": 5000,
        "CLOSED": Decimal("3000.10"),
        "REFUSED": 7000,
        "NO_AMOUNT": None,
    }
    assert items(figures, "grant_awarded", "2026-Q3") == {
        "NOTIFIED": 15000,
        "CONTRACTED": 8000,
        "PAID": 5000,
        "CLOSED": Decimal("3000.10"),
        "NO_AMOUNT": None,
    }
    assert items(figures, "grant_paid", "2026-Q3") == {"PAID": 4000, "CLOSED": Decimal("3000.10")}


def test_a_decision_counts_from_its_own_day(figures: Figures) -> None:
    assert set(items(figures, "grant_awarded", "2026-Q2")) == {"NOTIFIED", "PAID", "NO_AMOUNT"}
    assert set(items(figures, "grant_paid", "2025-Q4")) == {"PAID"}
    assert items(figures, "grant_paid", "2025-Q3") == {}
    assert set(items(figures, "grant_requested", "2024-Q1")) == {"ASKED"}  # undated: always
    assert items(figures, "grant_paid", "2026") == items(figures, "grant_paid", "2026-Q3")


def test_a_grant_without_amount_says_so(figures: Figures) -> None:
    row = figures.row("grant_awarded", "2026-Q3", "pole", "item", "NO_AMOUNT")
    assert row is not None and row["reason"] == "Montant absent du registre des subventions."


def test_grants_equal_their_sources(figures: Figures) -> None:
    for (indicator, *_), row in figures.rows.items():
        if indicator.startswith("grant_") and row["value"] is not None:
            assert sources_sum(row) == row["value"]


def test_vacancy_is_in_square_metres_times_days(figures: Figures) -> None:
    row = figures.row("lot_vacancy", "2026-Q3", "pole")
    assert row is not None
    vacant = Decimal("30.5") * 45 + 20 * 92 + 10 * 30
    lettable = (50 + Decimal("30.5") + 20) * 92 + 10 * 30
    assert (row["numerator"], row["denominator"]) == (vacant, lettable)
    assert row["value"] == round(vacant / lettable, 6)
    assert (row["expected_count"], row["answered_count"]) == (4, 4)
    before = figures.row("lot_vacancy", "2026-Q2", "pole")
    assert before is not None and before["expected_count"] == 3  # L4 was not yet to let


def test_no_lot_is_no_vacancy() -> None:
    empty = Pole().build("2026-Q3", select=["+crit_lot_vacancy"])
    row = empty.row("lot_vacancy", "2026-Q3", "pole")
    assert row is not None and row["value"] is None and row["reason"] == "Aucun lot dans le registre."
