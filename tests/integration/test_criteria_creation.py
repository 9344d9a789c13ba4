"""Golden numbers of activity creation, worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from periscope import catalogue
from tests.poles import Figures, Pole, sources_sum

CRITERIA = sorted({f"+{line.model}" for line in catalogue.load().values() if line.criterion == "creation"})
A, B, C, D, E = "732829320", "356000000", "880878145", "552032534", "784410607"


def project(
    ref: str, holder: str = "", title: str = "", threshold: str | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "project_ref": ref,
        "holder_pid": holder or None,
        "title_key": title or None,
        "support_threshold_on": threshold,
        **more,
    }


def created(kind: str, on: str, **more: Any) -> dict[str, Any]:
    return {"creation_kind": kind, "created_on": on, **more}


def members() -> Pole:
    pole = Pole()
    pole.member("A", A, "creation_support", "permanent_resident")
    pole.member("B", B, "creation_support", "permanent_resident")
    pole.member("C", C, "enterprise_development", "occasional_user")
    pole.member("D", D, "promotion_training", "occasional_user")
    return pole


@pytest.fixture(scope="module")
def figures() -> Figures:
    pole = members()
    pole.declare(
        "supported_projects",
        A,
        "2026-Q2",
        project("A1", "h1", "boulangerie", "2026-04-10"),
        project("A2", "h2", "velos", "2026-05-02", ended_on="2026-06-20"),
    )
    pole.declare(
        "supported_projects",
        A,
        "2026-Q3",
        # same holder and title as C1: one project, new in Q2 for the pole, although C's own threshold is in Q3
        project("A1", "h1", "boulangerie", "2026-04-10"),
        # support had ended before the creation: it is still A's, who declares it
        project(
            "A2", "h2", "velos", "2026-05-02", ended_on="2026-06-20", **created("registration", "2026-07-03")
        ),
        # one ref, two holders: one project; linked to B1 by the second holder
        project("A3", "h3", "ferme", "2026-07-15"),
        project("A3", "h4", "ferme", "2026-07-15"),
        # same holder, another title: another project
        project("A4", "h3", "fromagerie", "2026-08-01", **created("cesa", "2026-09-30")),
        # only received: in no count, even with a creation
        project("A5", "h5", "librairie", None, **created("registration", "2026-08-01")),
        # ended the day before the quarter, and on its first day
        project("A6", "h6", "cafe", "2026-01-01", ended_on="2026-06-30"),
        project("A7", "h7", "conseil", "2026-01-01", ended_on="2026-07-01"),
        # no holder: its sender's own, like B's with the same ref and title
        project("X", "", "atelier", "2026-07-20", **created("takeover", "2026-08-15")),
        # a kind without a date is no creation
        project("A8", "h8", "menage", "2026-01-01", creation_kind="registration"),
    )
    pole.declare(
        "supported_projects",
        B,
        "2026-Q3",
        project("B1", "h4", "ferme", "2026-09-30", **created("association_jo", "2026-09-01")),
        project("X", "", "atelier", "2026-10-01"),
    )
    pole.declare(
        "supported_projects",
        C,
        "2026-Q3",
        project("C1", "h1", "boulangerie", "2026-07-05", **created("registration", "2026-09-15")),
    )
    # the managing body is no member: its rows count nowhere, but its threshold is the first of C9's project
    pole.declare("supported_projects", E, "2026-Q1", project("E1", "h9", "epicerie", "2026-02-01"))
    return pole.build("2026-Q3", select=CRITERIA, managing_body_siren=E)


def test_stock_counts_each_project_once(figures: Figures) -> None:
    # A1=C1, A3=B1, A4, A7, A8, A's X
    assert figures.value("supported_projects", "2026-Q3") == 6
    assert figures.value("supported_projects", "2026-Q3", "permanent_residents") == 6
    assert figures.value("supported_projects", "2026-Q3", "occasional_users") == 1
    assert figures.items("supported_projects", "2026-Q3", dimension="member") == {"A": 6, "B": 1, "C": 1}
    assert figures.items("supported_projects", "2026-Q3") == {
        "creation_support": 6,
        "enterprise_development": 1,
    }


def test_declared_keeps_double_counts(figures: Figures) -> None:
    assert figures.value("declared_supported_projects", "2026-Q3") == 8
    assert figures.items("declared_supported_projects", "2026-Q3", dimension="member") == {
        "A": 6,
        "B": 1,
        "C": 1,
    }


def test_new_is_the_first_threshold_with_any_body(figures: Figures) -> None:
    assert figures.value("new_supported_projects", "2026-Q3") == 3  # A3, A4, A's X
    assert figures.value("new_supported_projects", "2026-Q2") == 2  # A1, A2
    assert figures.value("new_supported_projects", "2026-Q3", "occasional_users") == 0
    # C did not answer in Q2: nobody did in its perimeter
    assert figures.value("new_supported_projects", "2026-Q2", "occasional_users") is None
    assert figures.items("new_supported_projects", "2026-Q3", dimension="member") == {"A": 3, "B": 1, "C": 1}
    assert figures.items("new_supported_projects", "2026-Q3") == {"creation_support": 3}


def test_year_is_distinct_to_date(figures: Figures) -> None:
    # Q3's six, and A2 and A6 which ended within the year
    assert figures.value("supported_projects", "2026") == 8
    assert figures.value("new_supported_projects", "2026") == 8  # A6, A7, A8 too, begun on 1 January


def test_creations_by_kind(figures: Figures) -> None:
    # A1=C1 (15 Sep), A2, A3=B1 (1 Sep), A4 on the last day; the takeover is apart
    assert figures.value("effective_creations", "2026-Q3") == 4
    assert figures.items("effective_creations", "2026-Q3", dimension="kind") == {
        "registration": 2,
        "association_jo": 1,
        "cesa": 1,
    }
    assert figures.items("effective_creations", "2026-Q3") == {
        "creation_support": 4,
        "enterprise_development": 1,
    }
    assert figures.value("effective_creations", "2026-Q3", "occasional_users") == 1
    assert figures.value("effective_creations", "2026-Q2") == 0
    assert figures.value("takeovers", "2026-Q3") == 1
    assert figures.value("takeovers", "2026-Q3", "occasional_users") == 0


def test_overlap_shows_its_two_counts(figures: Figures) -> None:
    row = figures.row("support_overlap", "2026-Q3")
    assert row is not None
    assert (row["numerator"], row["denominator"]) == (2, 6)
    assert row["value"] == Decimal("0.333333")


def test_coverage_counts_the_silent(figures: Figures) -> None:
    row = figures.row("supported_projects", "2026-Q3")
    assert row is not None
    assert (row["answered_count"], row["expected_count"]) == (3, 4)
    silent = figures.row("supported_projects", "2025-Q4")
    assert silent is not None
    assert silent["value"] is None
    assert silent["reason"] == "Aucune réponse reçue."


def test_sources_add_up(figures: Figures) -> None:
    for (indicator, *_), row in figures.rows.items():
        if catalogue.load()[indicator].is_additive and row["value"] is not None:
            assert sources_sum(row) == row["value"], row
