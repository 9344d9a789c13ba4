"""Golden numbers of cooperation, worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from periscope import catalogue
from tests.poles import Figures, Pole, sources_sum

COOPERATION = {line.model for line in catalogue.load().values() if line.criterion == "cooperation"}
CRITERIA = sorted({f"+{model}" for model in COOPERATION if "jobs" not in model})
A, B, C, D, E, OUTSIDE = "732829320", "356000000", "880878145", "552032534", "784410607", "889742876"


def run(ref: str, partners: str | None, evidence: str | None, **more: Any) -> dict[str, Any]:
    defaults = {"status": "run", "kind": "commercial", "partners": partners, "evidence_on": evidence}
    return {"project_ref": ref, **defaults, **more}


def bid(ref: str, status: str, evidence: str | None = None, **more: Any) -> dict[str, Any]:
    return run(ref, f"{A};{C}", evidence, status=status, kind="joint_bid", **more)


def purchase(ref: str, on: str, amount: str, reference: str | None = None) -> dict[str, Any]:
    return {"purchase_ref": ref, "bought_on": on, "amount_eur": amount, "reference_amount_eur": reference}


@pytest.fixture(scope="module")
def figures() -> Figures:
    pole = Pole()
    pole.member("A", A, presence="permanent_resident")
    pole.member("B", B, presence="permanent_resident")
    pole.member("C", C, presence="occasional_user")
    pole.member("D", D, presence="occasional_user", joined_on="2026-08-15")
    pole.member("M", E, presence="permanent_resident")  # the managing body, also a member
    pole.declare("collaborative_projects", A, "2026-Q1", bid("BID1", "envisaged", "2026-02-01"))
    pole.declare(
        "collaborative_projects",
        A,
        "2026-Q2",
        run("P1", f"{A};{B}", "2026-05-10", started_on="2025-09-30"),
        bid("BID1", "submitted", "2026-06-30"),
    )
    pole.declare(
        "collaborative_projects",
        A,
        "2026-Q3",
        run("P1", f"{A};{B}", "2026-07-01", started_on="2025-09-30"),  # twelve months to the day: not over
        run("P2", f"{A};{B}", "2026-09-30", lead_siren=C, kind="training_pathway", started_on="2026-07-01"),
        run("P3", f"{A};{A};{OUTSIDE}", "2026-07-05"),  # one member, twice, and an outsider
        run("P4", f"{A};{D}", "2026-08-14"),  # the day before D joined
        run("P5", f"{A};{D}", "2026-08-15", started_on="2025-08-01"),  # the day D joined; over twelve months
        run("P6", f"{A};{B}", None),  # no evidence
        run("P7", f"{A};{B}", "2026-07-05", status="engaged"),  # not a claim
        run("P9", f"{A};{B}", "2026-06-30"),  # evidence of the quarter before: late in Q2, a claim in Q3
        bid("BID1", "won", "2026-08-20"),  # submitted in Q2, won in Q3
        bid("BID2", "lost", "2026-07-10"),
        bid("BID3", "submitted", None),
        run("BID4", f"{A};{B}", "2026-07-10", status="submitted"),  # not a joint bid
    )
    # C leads P2 and says it is research; its row wins whatever the order of arrival
    pole.declare(
        "collaborative_projects",
        C,
        "2026-Q3",
        run("P2", f"{A};{B};{C}", None, kind="research_development", started_on="2026-06-30", lead_siren=C),
    )
    # the managing body only reports P8 (with A), and is an operator of P10 (with B)
    pole.declare(
        "collaborative_projects",
        E,
        "2026-Q3",
        run("P8", A, "2026-07-05"),
        run("P10", f"{B};{E}", "2026-07-05", ended_on="2026-08-01", started_on="2025-08-01"),
    )
    pole.declare(
        "joint_purchases",
        A,
        "2026-Q3",
        purchase("PC1", "2026-07-01", "100.10", "150.00"),
        purchase("PC2", "2026-09-30", "50.05"),
        purchase("PC3", "2026-06-30", "7.00", "8.00"),
    )
    pole.declare("joint_purchases", B, "2026-Q3", purchase("PC1", "2026-07-01", "110.20", "150.00"))
    pole.declare("joint_purchases", OUTSIDE, "2026-Q3", purchase("PC4", "2026-07-01", "1000.00", "1500.00"))
    return pole.build("2026-Q3", select=CRITERIA, managing_body_siren=E)


def test_run_needs_two_members_status_and_evidence(figures: Figures) -> None:
    assert figures.value("effectively_run_projects", "2026-Q3") == 4  # P1, P2, P5, P10
    assert figures.items("effectively_run_projects", "2026-Q3", dimension="kind") == {
        "commercial": 3,
        "research_development": 1,
    }
    assert figures.value("effectively_run_projects", "2026-Q3", "permanent_residents") == 4
    assert figures.value("effectively_run_projects", "2026-Q3", "occasional_users") == 2  # P2 (C), P5 (D)
    assert figures.value("effectively_run_projects", "2026-Q2") == 2  # P1, and P9 by its late evidence
    assert figures.value("effectively_run_projects", "2026") == 5


def test_claims_are_listed_apart(figures: Figures) -> None:
    assert figures.value("claimed_projects", "2026-Q3") == 5  # P3, P4, P6, P8, P9
    assert figures.value("claimed_projects", "2026") == 4  # P9 is proved within the year
    assert figures.value("claimed_projects", "2026-Q3", "occasional_users") == 1  # P4 (D)


def test_started_is_counted_once(figures: Figures) -> None:
    # P2 began the day before the quarter according to its lead
    assert figures.value("started_projects", "2026-Q3") == 0
    assert figures.value("started_projects", "2026") == 1


def test_bids_count_once(figures: Figures) -> None:
    assert figures.value("bids_submitted", "2026-Q1") == 0
    assert figures.value("bids_submitted", "2026-Q2") == 1  # BID1 on the last day
    assert figures.value("bids_submitted", "2026-Q3") == 1  # BID2, lost
    assert figures.value("bids_submitted", "2026") == 2
    assert figures.value("bids_won", "2026-Q2") == 0
    assert figures.value("bids_won", "2026-Q3") == 1
    assert figures.value("bids_won", "2026-Q3", "occasional_users") == 1


def test_depth(figures: Figures) -> None:
    partners = figures.row("mean_partners", "2026-Q3")
    assert partners is not None
    assert (partners["numerator"], partners["denominator"]) == (9, 4)  # 2 + 3 + 2 + 2
    assert partners["value"] == Decimal("2.25")
    long = figures.row("share_over_12_months", "2026-Q3")
    assert long is not None
    assert (long["numerator"], long["denominator"]) == (1, 4)  # P5; P1 and P10 lasted twelve months exactly
    density = figures.row("network_density", "2026-Q3")
    assert density is not None
    # A-B, A-C, B-C, A-D, B-M of the ten pairs of five members
    assert (density["numerator"], density["denominator"], density["value"]) == (5, 10, Decimal("0.5"))
    residents = figures.row("network_density", "2026-Q3", "permanent_residents")
    assert residents is not None
    assert (residents["numerator"], residents["denominator"]) == (2, 3)  # A-B, B-M


def test_density_without_an_answer_is_not_zero(figures: Figures) -> None:
    silent = figures.row("network_density", "2025-Q4")
    assert silent is not None
    assert silent["value"] is None
    assert silent["reason"] == "Aucune réponse reçue."


def test_joint_purchases_count_once(figures: Figures) -> None:
    assert figures.value("joint_purchase_amount", "2026-Q3") == Decimal(
        "160.25"
    )  # 110.20 (later landed) + 50.05
    assert figures.value("joint_purchase_savings", "2026-Q3") == Decimal("39.80")
    assert figures.value("joint_purchase_amount", "2026") == Decimal("167.25")
    assert figures.row("joint_purchase_amount", "2026-Q3", "permanent_residents") is None


def test_sources_add_up(figures: Figures) -> None:
    for (indicator, *_), row in figures.rows.items():
        if catalogue.load()[indicator].is_additive and row["value"] is not None:
            assert sources_sum(row) == row["value"], row
