"""Edges of the contract that no other pole has, worked out by hand."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from periscope import summary
from periscope.quarters import Quarter
from periscope.workspace import Run, Workspace
from tests.poles import Figures, Pole, sources_sum

A, B, C = "732829320", "356000000", "880878145"
MODELS = [
    "+fct_findings",
    "+fct_collaborations",
    "+fct_member_cooperation",
    "+fct_support_overlaps",
    "+fct_jobs_by_definition",
    "+benchmarks",
    "+crit_members_count",
    "+crit_collaboration_jobs_created_fte",
    "+crit_collaboration_jobs_headcount",
    "+crit_jobs_fte",
    "+crit_turnover_total",
    "+fct_turnover_break_2025",
    "+crit_jobs_headcount",
    "+crit_effectively_run_projects",
    "+crit_joint_purchase_amount",
]


def project(ref: str, **more: Any) -> dict[str, Any]:
    return {"project_ref": ref, "status": "run", "kind": "commercial", "partners": f"{A};{B}", **more}


def post(ref: str, employer: str, working_time: str, **more: Any) -> dict[str, Any]:
    return {
        "post_ref": ref,
        "employer_siren": employer,
        "category": "created",
        "started_on": "2026-01-01",
        "working_time": working_time,
        **more,
    }


def purchase(ref: str, amount: str, **more: Any) -> dict[str, Any]:
    return {"purchase_ref": ref, "bought_on": "2026-07-01", "amount_eur": amount, **more}


def account(pole: Pole, siren: str, first: str, last: str, *entries: tuple[str, str, str]) -> None:
    slice_id = pole.slice("fec", siren, "")
    pole.add("revenue.fec_files", slice_id=slice_id, siren=siren, first_entry_on=first, last_entry_on=last)
    for entry_on, account_code, credit_eur in entries:
        pole.add(
            "revenue.fec_lines",
            slice_id=slice_id,
            entry_on=entry_on,
            account_code=account_code,
            debit_eur="0",
            credit_eur=credit_eur,
            role="normal",
        )


@pytest.fixture(scope="module")
def figures() -> Figures:
    pole = Pole()
    pole.member("A", A).member("B", B).member("C", C)
    supported = {"holder_pid": "h", "title_key": "t", "support_threshold_on": "2026-07-01"}
    pole.declare(
        "supported_projects",
        A,
        "2026-Q3",
        {"project_ref": "1", **supported},
        {"project_ref": "2", **supported},
    )
    pole.declare("supported_projects", B, "2026-Q3", {"project_ref": "9", **supported})
    pole.declare(
        "supported_projects", C, "2026-Q3", {"project_ref": "8", "support_threshold_on": "2026-07-01"}
    )
    pole.declare(
        "collaborative_projects",
        A,
        "2026-Q3",
        project("LED", lead_siren=A, evidence_on="2026-07-01", row_number=101),
        project("EQUAL", evidence_on="2026-07-01", row_number=102),
        project("LATER", row_number=103),
    )
    pole.declare(
        "collaborative_projects",
        B,
        "2026-Q3",
        project("LED", status="engaged", row_number=201),
        project("EQUAL", kind=None, partners=None, row_number=202),
        project("LATER", status="abandoned", row_number=203),
    )
    pole.declare(
        "posts",
        A,
        "2026-Q3",
        post("own", A, "0.8", project_ref="LED", project_share="0.5", row_number=111),
        # a share for one project and none for the other: the other has none of the post
        post("half", A, "1", project_ref="LED", project_share="0.4", row_number=112),
        post("half", A, "1", project_ref="LATER", row_number=113),
        # three projects that each claim the post whole: a third each, one post
        post("thirds", A, "1", project_ref="LED", project_share="1", row_number=114),
        post("thirds", A, "1", project_ref="EQUAL", project_share="1", row_number=115),
        post("thirds", A, "1", project_ref="LATER", project_share="1", row_number=116),
    )
    pole.declare(
        "posts", B, "2026-Q3", post("own", A, "1", project_ref="LED", project_share="0.25", row_number=211)
    )
    pole.declare("joint_purchases", A, "2026-Q3", purchase("PC", "10.00", row_number=121))
    pole.declare(
        "joint_purchases", B, "2026-Q3", purchase("PC", "12.00", reference_amount_eur="15", row_number=221)
    )
    # accounts tell sales without VAT; the form repeats them with it
    account(
        pole, A, "2026-07-01", "2026-09-30", ("2026-07-02", "706000", "1000"), ("2026-07-02", "445710", "200")
    )
    # C buys from A, whose accounts know no sale to C
    account(pole, C, "2026-07-01", "2026-09-30", ("2026-07-03", "604000", "-30"))
    pole.rows["revenue.fec_lines"][-1] |= {"supplier_member_id": "A", "row_number": 401}
    # staff lent to others: transferred charges in 2024, turnover since 2025
    account(
        pole, B, "2024-01-02", "2025-03-31",
        ("2024-02-01", "706000", "1000"), ("2024-02-01", "791000", "200"),
        ("2025-02-01", "706000", "1000"), ("2025-02-01", "708400", "200"),
    )  # fmt: skip
    for quarter, first, last in (
        ("2024-Q1", "2024-01-01", "2024-03-31"),
        ("2025-Q1", "2025-01-01", "2025-03-31"),
    ):
        told = {"period_start": first, "period_end": last, "net_turnover_eur": "50"}
        pole.declare("activity", C, quarter, told)
    pole.declare(
        "activity",
        A,
        "2026-Q3",
        {
            "period_start": "2026-07-01",
            "period_end": "2026-09-30",
            "net_turnover_eur": "1200.00",
            "row_number": 301,
        },
    )
    return pole.build("2026-Q3", select=MODELS)


def test_each_contradiction_is_told_on_the_line_set_aside(figures: Figures) -> None:
    told = figures.table("select code, row_number from marts.fct_findings order by 2")
    assert told == [
        # B landed later: it speaks of LATER and of the purchase; A leads LED and employs `own`
        ("project_described_otherwise", 103),
        ("purchase_described_otherwise", 121),
        ("project_described_otherwise", 201),
        ("post_described_otherwise", 211),
        ("source_gap", 301),
        ("intra_trade_unseen_by_seller", 401),
    ]
    assert figures.value("effectively_run_projects", "2026-Q3") == 2  # LED and EQUAL
    assert figures.value("joint_purchase_amount", "2026-Q3") == 12


def test_a_project_without_a_share_beside_one_that_has_it_gets_none(figures: Figures) -> None:
    # own 0.8 x 0.75, half 0.4, thirds 1
    assert round(figures.value("collaboration_jobs_created_fte", "2026-Q3") or 0, 3) == 2
    assert figures.value("collaboration_jobs_headcount", "2026-Q3") == 3
    for (indicator, *_), row in figures.rows.items():
        if indicator == "collaboration_jobs_created_fte" and row["value"] is not None:
            assert all(source["contribution"] is not None for source in row["sources"])
            assert abs(sources_sum(row) - row["value"]) < Decimal("0.0005")


def test_a_presence_that_nobody_has_is_none_not_an_absence(figures: Figures) -> None:
    row = figures.row("members_count", "2026-Q3", "occasional_users")
    assert row is not None
    assert (row["value"], row["reason"], row["expected_count"]) == (0, None, 0)
    jobs = figures.row("jobs_fte", "2026-Q3", "occasional_users")
    assert jobs is not None
    assert (jobs["value"], jobs["reason"]) == (None, "Aucun membre dans ce périmètre.")


def test_isolated_members_and_common_projects_are_told_to_analysts(figures: Figures) -> None:
    alone = figures.table(
        "select member_id, has_answered, partner_count, is_isolated from marts.fct_member_cooperation "
        "where period = '2026-Q3' order by 1"
    )
    assert alone == [("A", True, 1, False), ("B", True, 1, False), ("C", False, 0, True)]
    overlaps = figures.table(
        "select one_member_id, other_member_id, project_count from marts.fct_support_overlaps "
        "where period = '2026-Q3' order by 1, 2"
    )
    # A's two files are one project, which B follows too
    assert overlaps == [("A", "A", 1), ("A", "B", 1), ("B", "B", 1), ("C", "C", 1)]
    tiers = figures.table("select tier, count(*) from marts.fct_collaborations group by 1 order by 1")
    assert tiers == [("evidenced", 2), ("not_claimed", 1)]


def test_each_funder_has_its_own_number(figures: Figures) -> None:
    rows: list[tuple[str, Decimal | None]] = figures.table(
        "select definition_id, value from marts.fct_jobs_by_definition where period = '2026-Q3'"
    )
    values = dict(rows)
    assert round(values["erdf"] or 0, 3) == round(values["pole_created"] or 0, 3) == 2
    assert values["headcount"] == 3
    # three posts of 0.8, 1 and 1 over the three months of the quarter
    assert values["worked_fte"] == Decimal("0.7")
    # one year before nobody answered, and the pole receives no monthly payroll: no number, not 0
    assert values["eu_state_aid"] is values["urssaf"] is values["france_active"] is None


def test_a_turnover_declared_with_vat_gives_way_to_the_accounts_and_is_told(figures: Figures) -> None:
    assert figures.value("turnover_total", "2026-Q3") == 1000
    assert ("source_gap", 301) in figures.table("select code, row_number from marts.fct_findings")


def test_the_break_of_2025_is_told_with_the_most_it_can_explain(figures: Figures) -> None:
    rows = figures.table("select * exclude (pole_id) from marts.fct_turnover_break_2025 order by member_id")
    hundred = Decimal(100)
    assert rows == [
        ("B", "2025-Q1", 12 * hundred, 10 * hundred, 2 * hundred, 12 * hundred),
        ("C", "2025-Q1", 50, 50, None, None),
    ]


def test_status_tells_what_the_models_noticed(figures: Figures, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for source, target in (
        (figures.candidate.parent / "raw.duckdb", workspace.raw_database),
        (figures.candidate, workspace.database),
    ):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    told = summary.status(Run(workspace, Quarter.parse("2026-Q3"), date(2026, 11, 23)))
    assert "Constats du calcul (6)" in told
    assert "  2 × Ce projet est décrit autrement" in told
    assert f"Le premier : collaborative_projects-{B}-2026-Q3-" in told and ".xlsx, ligne 201." in told
