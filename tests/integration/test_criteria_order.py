"""Permuting files and rows changes no figure; unit tests and promises of the models hold on a whole pole."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from periscope import catalogue, models
from periscope.quarters import Quarter
from tests.poles import Figures, Pole

A, B, C = "732829320", "356000000", "880878145"
FAMILIES = {
    line.model for line in catalogue.load().values() if line.criterion in ("creation", "cooperation", "jobs")
}
MODELS = [f"+{model}" for model in sorted(FAMILIES)] + [
    "+int_dispositions__creation",
    "+int_dispositions__cooperation",
    "+int_dispositions__jobs",
    "+int_collaboration_jobs__reconciled",
    "+int_posts__worked",
    "+int_posts__insertion",
    "+crit_members_count",
]


def supported(number: int, holder: str, title: str, threshold: str | None, **more: Any) -> dict[str, Any]:
    return {
        "project_ref": f"N{number}",
        "holder_pid": holder,
        "title_key": title,
        "support_threshold_on": threshold,
        "row_number": number,
        **more,
    }


def collaborative(number: int, status: str, evidence: str | None, kind: str = "commercial") -> dict[str, Any]:
    return {
        "project_ref": f"P{number}",
        "status": status,
        "kind": kind,
        "partners": f"{A};{B};{C}",
        "lead_siren": A,
        "started_on": "2025-01-01",
        "evidence_on": evidence,
        "row_number": number,
    }


def post(number: int, employer: str, share: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "post_ref": f"E{number}",
        "employer_siren": employer,
        "contract_kind": "permanent",
        "category": "created",
        "started_on": "2026-05-01",
        "working_time": "0.8",
        "project_ref": "P1",
        "project_share": share,
        "row_number": number,
        **more,
    }


DECLARED: list[tuple[str, str, str, list[dict[str, Any]]]] = [
    (
        "supported_projects",
        A,
        "2026-Q3",
        [
            supported(2, "h1", "t", "2026-07-01", creation_kind="cesa", created_on="2026-08-01"),
            supported(3, "h2", "t", None),
            supported(4, "h3", "t", "2026-10-01"),
            supported(5, "h4", "t", "2026-01-01", ended_on="2026-02-01"),
            supported(6, "h5", "t", "2026-01-01", creation_kind="takeover", created_on="2026-09-01"),
            supported(7, "h6", "t", "2026-01-01", creation_kind="cesa"),
        ],
    ),
    (
        "supported_projects",
        B,
        "2026-Q3",
        [
            supported(8, "h1", "t", "2026-06-30"),
            supported(9, "h7", "t", "2023-01-01", creation_kind="registration", created_on="2023-08-01"),
        ],
    ),
    (
        "collaborative_projects",
        A,
        "2026-Q3",
        [
            collaborative(1, "run", "2026-07-01"),
            collaborative(2, "run", None),
            collaborative(3, "engaged", "2026-07-01"),
            collaborative(4, "won", "2026-07-01", "joint_bid"),
        ],
    ),
    ("collaborative_projects", B, "2026-Q3", [collaborative(1, "run", "2026-08-01")]),
    ("posts", A, "2025-Q3", [post(2, A, started_on="2024-01-01", project_ref=None)]),
    (
        "posts",
        A,
        "2026-Q3",
        [
            post(2, A, "0.5"),
            post(3, A, ended_on="2026-08-01"),
            post(4, A, category="maintained"),
            post(5, A, started_on="2026-10-01"),
            post(6, A, project_ref=None),
            post(7, A, None, category=None),
        ],
    ),
    (
        "posts",
        B,
        "2026-Q3",
        [post(2, A, "0.3"), post(8, B, contract_kind="insertion_fixed_term", paid_hours="400")],
    ),
    (
        "joint_purchases",
        C,
        "2026-Q3",
        [{"purchase_ref": "PC", "bought_on": "2026-07-01", "amount_eur": "10"}],
    ),
]


def pole(is_reversed: bool) -> Pole:
    step = -1 if is_reversed else 1
    built = Pole()
    for member_id, siren, presence in (
        ("A", A, "permanent_resident"),
        ("B", B, "permanent_resident"),
        ("C", C, "occasional_user"),
    )[::step]:
        built.member(member_id, siren, presence=presence)
    for kind, siren, quarter, rows in DECLARED[::step]:
        built.declare(kind, siren, quarter, *rows[::step])
    return built


def values(figures: Figures) -> dict[tuple[str, ...], tuple[Any, ...]]:
    names = (
        "value",
        "numerator",
        "denominator",
        "contributors",
        "expected_count",
        "answered_count",
        "reason",
    )
    return {key: tuple(row[name] for name in names) for key, row in figures.rows.items()}


def test_order_changes_nothing_and_promises_hold() -> None:
    straight = pole(is_reversed=False).build("2026-Q3", select=MODELS)
    expected = values(straight)
    assert straight.value("effectively_run_projects", "2026-Q3") == 1
    dispositions = straight.table(
        "select indicator_id, count(*) filter (where is_included), count(distinct exclusion_reason_fr) "
        "from intermediate.int_dispositions__creation where period = '2026-Q3' group by all order by all"
    )
    # supported: N2 (with N8), N6, N7 and N9; left out: only received, after the period, ended before
    assert dispositions == [("effective_creations", 1, 3), ("supported_projects", 4, 3)]
    reversed_ = pole(is_reversed=True).build("2026-Q3", select=MODELS)
    assert values(reversed_) == expected

    folder = reversed_.candidate.parent
    request = models.BuildRequest(
        raw=folder / "raw.duckdb",
        candidate=reversed_.candidate,
        target=folder / "dbt",
        quarter=Quarter.parse("2026-Q3"),
        history_start=date(2024, 1, 1),
    )
    models.build(request, select=MODELS, unit_tests=True)
    results = json.loads((folder / "dbt" / "run_results.json").read_text())["results"]
    kinds = [result["unique_id"].split(".")[0] for result in results]
    assert kinds.count("unit_test") >= 12
    assert kinds.count("test") >= 50
