"""Golden numbers of the job ledger, worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from periscope import catalogue
from tests.poles import Figures, Pole, sources_sum

CRITERIA = sorted({f"+{line.model}" for line in catalogue.load().values() if "jobs" in line.model})
A, B, C, D, E = "732829320", "356000000", "880878145", "552032534", "784410607"


def post(
    ref: str, employer: str, working_time: str, started_on: str = "2020-01-01", **more: Any
) -> dict[str, Any]:
    return {
        "post_ref": ref,
        "employer_siren": employer,
        "working_time": working_time,
        "started_on": started_on,
        "category": "concerned",
        **more,
    }


def created(share: str | None, project: str = "P", **more: Any) -> dict[str, Any]:
    return {"category": "created", "project_ref": project, "project_share": share, **more}


@pytest.fixture(scope="module")
def figures() -> Figures:
    pole = Pole()
    pole.member("A", A, "creation_support", "permanent_resident")
    pole.member("B", B, "promotion_training", "permanent_resident")
    pole.member("C", C, "promotion_training", "occasional_user")
    pole.member("D", D, "csr_promotion", "occasional_user")
    pole.member("G", E, "csr_promotion", "occasional_user", left_on="2025-12-31")
    pole.declare(
        "collaborative_projects",
        A,
        "2025-Q4",
        {"project_ref": "P", "status": "run", "kind": "commercial"},
        {"project_ref": "R", "status": "run", "kind": "shared_service"},
    )
    pole.declare("posts", A, "2025-Q3", post("a1", A, "1"), post("moved", A, "0.5"))
    pole.declare("posts", B, "2025-Q3", post("b1", B, "0.6"))
    pole.declare("posts", E, "2025-Q3", post("g1", E, "1"))
    pole.declare(
        "posts",
        A,
        "2026-Q3",
        post("a1", A, "1"),
        post("ends_before", A, "1", ended_on="2026-09-29"),
        post("ends_last_day", A, "0.25", ended_on="2026-09-30"),
        post("starts_last_day", A, "0.25", "2026-09-30"),
        post("starts_after", A, "1", "2026-10-01"),
        # DOMAIN 9.6: one post of 0.8, three partners
        post("shared", A, "0.8", "2026-05-01", ended_on="2026-12-31", **created("0.5")),
        post("over", A, "0.5", **created("0.7")),
        post("two", A, "1", **created("0.25", "P")),
        post("two", A, "1", **created("0.5", "R")),
        post("kept", A, "0.4", **created(None, "R", category="maintained")),
    )
    pole.declare(
        "posts",
        B,
        "2026-Q3",
        post("moved", B, "0.5"),
        # the employer's row wins on working time, this one says 1
        post("shared", A, "1", "2026-05-01", ended_on="2026-12-31", **created("0.3")),
        post("over", A, "0.5", **created("0.7")),
        post("whole", B, "0.3", **created(None, "unheard-of")),
    )
    pole.declare(
        "posts",
        C,
        "2026-Q3",
        post("shared", A, "0.8", "2026-05-01", ended_on="2026-12-31", **created("0.2")),
        # a post of B told by C only for its project, of another category according to its employer's silence
        post("told", B, "0.2", **created("1")),
    )
    # G has left: its post is nobody's in 2026
    pole.declare("posts", E, "2026-Q3", post("g1", E, "1", **created("1")))
    return pole.build("2026-Q3", select=CRITERIA)


def test_stock_on_the_last_day(figures: Figures) -> None:
    # A: a1 1, last days 0.25 twice, shared 0.8, over 0.5, two 1, kept 0.4 = 4.2; B: moved 0.5, whole 0.3, told 0.2
    assert figures.value("jobs_fte", "2026-Q3") == Decimal("5.2")
    assert figures.value("jobs_headcount", "2026-Q3") == 10
    assert figures.items("jobs_fte", "2026-Q3", dimension="member") == {
        "A": Decimal("4.2"),
        "B": Decimal("1"),
    }
    assert figures.items("jobs_fte", "2026-Q3") == {
        "creation_support": Decimal("4.2"),
        "promotion_training": Decimal("1"),
    }
    assert figures.items("jobs_headcount", "2026-Q3", dimension="member") == {"A": 7, "B": 3}
    assert figures.value("jobs_fte", "2026-Q3", "occasional_users") == 0
    assert figures.value("jobs_fte", "2026") == Decimal("5.2")


def test_net_change_is_the_difference_of_two_stocks(figures: Figures) -> None:
    assert figures.value("jobs_fte", "2025-Q3") == Decimal("3.1")
    assert figures.value("jobs_net_change_fte", "2026-Q3") == Decimal("2.1")
    assert figures.value("jobs_net_change_fte", "2026") == Decimal("2.1")
    # G's post left with it
    assert figures.value("jobs_net_change_fte", "2026-Q3", "occasional_users") == -1


def test_net_change_needs_both_dates(figures: Figures) -> None:
    before = figures.row("jobs_net_change_fte", "2025-Q3")
    assert before is not None
    assert (before["value"], before["reason"]) == (None, "Aucune réponse reçue un an avant.")
    now = figures.row("jobs_net_change_fte", "2026-Q2")
    assert now is not None
    assert (now["value"], now["reason"]) == (None, "Aucune réponse reçue.")


def test_attributed_shares_are_capped(figures: Figures) -> None:
    # shared 0.8 x 1, over 0.5 x min(1.4, 1), two 1 x 0.75, whole 0.3 x 1, told 0.2 x 1
    assert figures.value("collaboration_jobs_created_fte", "2026-Q3") == Decimal("2.55")
    assert figures.items("collaboration_jobs_created_fte", "2026-Q3", dimension="kind") == {
        "commercial": Decimal("1.75"),
        "shared_service": Decimal("0.5"),
        "unknown": Decimal("0.3"),
    }
    assert figures.value("collaboration_jobs_headcount", "2026-Q3") == 5
    # C declares shared and told: whole posts, whoever else declares them
    assert figures.value("collaboration_jobs_created_fte", "2026-Q3", "occasional_users") == Decimal("1.0")
    assert figures.value("collaboration_jobs_headcount", "2026-Q3", "occasional_users") == 2
    assert figures.value("collaboration_jobs_maintained_fte", "2026-Q3") == Decimal("0.4")


def test_declarations_are_shown_beside_the_ledger(figures: Figures) -> None:
    # A: 0.8 + 0.5 + 1; B: 1 + 0.5 + 0.3; C: 0.8 + 0.2
    assert figures.value("declared_collaboration_jobs_fte", "2026-Q3") == Decimal("5.1")
    assert figures.value("declared_collaboration_jobs_fte", "2026-Q3", "occasional_users") == Decimal("1.0")


def test_sources_add_up(figures: Figures) -> None:
    for row in figures.rows.values():
        if row["value"] is not None:
            assert sources_sum(row) == row["value"], row
