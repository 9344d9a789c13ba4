"""Permuting files and rows changes no figure; unit tests and promises of the models hold on a whole pole."""

from __future__ import annotations

import csv
import json
from datetime import date
from typing import Any

import pytest

from periscope import models, warehouse
from periscope.quarters import Quarter
from tests.poles import Figures, Pole

A, B, C = "732829320", "356000000", "880878145"


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


def turnover(number: int, quarter: str, amount: str, source: str = "declared") -> dict[str, Any]:
    told = Quarter.parse(quarter)
    return {
        "period_start": told.first_day,
        "period_end": told.last_day,
        "net_turnover_eur": amount,
        "source": source,
        "row_number": number,
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
        [
            {"purchase_ref": "PC", "bought_on": "2026-07-01", "amount_eur": "10", "row_number": 2},
            {
                "purchase_ref": "PD",
                "bought_on": "2026-09-01",
                "amount_eur": "20",
                "reference_amount_eur": "25",
                "row_number": 3,
            },
            {"purchase_ref": "PE", "bought_on": "2026-10-01", "amount_eur": "30", "row_number": 4},
        ],
    ),
    ("activity", A, "2025-Q3", [turnover(2, "2025-Q3", "100")]),
    ("activity", A, "2026-Q3", [turnover(2, "2026-Q3", "110"), turnover(3, "2026-Q3", "150", "certificate")]),
    ("activity", B, "2025-Q3", [turnover(2, "2025-Q3", "70")]),
]
#: room, then its bookings: start, end, and what else the log says
LOGS: list[tuple[str, list[tuple[str, str, dict[str, Any]]]]] = [
    (
        "R1",
        [
            ("2026-07-06 07:00", "2026-07-06 09:00", {"member_id": "A", "price_eur_net": "15"}),
            ("2026-07-06 08:00", "2026-07-06 08:20", {"category": "external", "status": "no_show"}),
            ("2026-07-07 08:00", "2026-07-07 10:00", {"status": "cancelled"}),
            ("2026-07-07 08:00", "2026-07-07 10:00", {"status": "tentative"}),
            ("2026-07-14 08:00", "2026-07-14 10:00", {"member_id": "C"}),
        ],
    ),
    ("R2", [("2026-07-06 07:10", "2026-07-06 07:30", {"member_id": "B"})]),
]
#: entry date, account, debit, credit, role, customer
ENTRIES = [
    ("2025-07-01", "706", "0", "50", "normal", None),
    ("2026-07-02", "706", "0", "80", "normal", "A"),
    ("2026-08-02", "709", "5", "0", "normal", None),
    ("2026-08-02", "740", "0", "30", "normal", None),
    ("2026-09-30", "706", "75", "0", "closing", None),
]
GRANTS = [
    ("asked", "requested", None, "10"),
    ("refused", "refused", "2026-01-01", "20"),
    ("notified", "notified", "2026-09-30", "30"),
    ("paid", "paid", "2026-03-01", "40"),
    ("later", "paid", "2026-10-01", "50"),
    ("unknown", "contracted", "2026-01-01", None),
]


def straight_pole() -> Pole:
    built = Pole()
    for member_id, siren, presence in (
        ("A", A, "permanent_resident"),
        ("B", B, "permanent_resident"),
        ("C", C, "occasional_user"),
    ):
        built.member(member_id, siren, presence=presence)
    for kind, siren, quarter, rows in DECLARED:
        built.declare(kind, siren, quarter, *rows)
    for room_id, composed_of in (("R1", None), ("R2", None), ("R12", "R1;R2")):
        built.add("register.rooms", room_id=room_id, composed_of=composed_of)
    for opens_at, closes_at in (("08:00", "12:00"), ("13:00", "18:00")):
        built.add("register.opening_hours", room_id="*", weekday=1, opens_at=opens_at, closes_at=closes_at)
    for category, amount in (("external", "20"), ("permanent_resident", "9")):
        built.add("register.price_list", room_id="*", category=category, unit="hour", amount_eur_net=amount)
    for room_id, bookings in LOGS:
        log = built.slice("bookings", "", "2026-Q3", sender=room_id)
        for starts_at, ends_at, more in bookings:
            built.add(
                "bookings.bookings",
                slice_id=log,
                room_id=room_id,
                starts_at=starts_at,
                ends_at=ends_at,
                **({"status": "confirmed"} | more),
            )
    account(built)
    for grant_id, status, decided_on, amount_eur in GRANTS:
        built.add(
            "register.grants", grant_id=grant_id, status=status, decided_on=decided_on, amount_eur=amount_eur
        )
    built.add("register.lots", lot_id="L", area_m2="10", member_id="A", ends_on="2026-08-31")
    return built


def account(built: Pole) -> None:
    """C's accounts, in one file a year."""
    for year in ("2025", "2026"):
        slice_id = built.slice("fec", C, "")
        built.add(
            "revenue.fec_files",
            slice_id=slice_id,
            siren=C,
            first_entry_on=f"{year}-01-02",
            last_entry_on=f"{year}-12-31",
        )
        for entry_on, account_code, debit, credit, role, customer in ENTRIES:
            if entry_on.startswith(year):
                built.add(
                    "revenue.fec_lines",
                    slice_id=slice_id,
                    entry_on=entry_on,
                    account_code=account_code,
                    debit_eur=debit,
                    credit_eur=credit,
                    role=role,
                    customer_member_id=customer,
                )


def permuted(straight: Pole) -> Pole:
    """The same files, landed in the reverse order, rows of every table backwards."""
    rows = {table: list(reversed(lines)) for table, lines in straight.rows.items()}
    count = len(rows["record.slices"])
    rows["record.slices"] = [
        {**line, "landed_seq": count + 1 - line["landed_seq"]} for line in rows["record.slices"]
    ]
    return Pole(rows)


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


#: of each indicator, in the widest perimeter: how many entities are in the figure, how many reasons leave others out
DISPOSITIONS = {
    # N2 (with N8), N6, N7 and N9; left out: only received, after the period, ended before
    "supported_projects": (4, 3),
    "support_overlap": (4, 3),
    # the same with N8 apart
    "declared_supported_projects": (5, 3),
    # N2 began with B in June
    "new_supported_projects": (0, 3),
    # N2; N6 is a takeover, N7 has no date, N9 is older
    "effective_creations": (1, 3),
    "takeovers": (1, 2),
    # N9, of 2023; those of 2026 are too recent, and no other creation is three years old
    "conversion_rate_12m": (1, 1),
    "conversion_rate_24m": (1, 1),
    "conversion_rate_36m": (1, 1),
    # the others: N2, N5, N6 and N7
    "conversion_rate_24m_km": (4, 1),
    "survival_rate_3y": (1, 0),
    "survival_rate_3y_low": (1, 0),
    "survival_rate_3y_high": (1, 0),
    "effectively_run_projects": (1, 2),
    "mean_partners": (1, 2),
    "share_over_12_months": (1, 2),
    # P1 began in 2025
    "started_projects": (0, 3),
    "claimed_projects": (1, 2),
    "bids_submitted": (1, 0),
    "bids_won": (1, 0),
    "jobs_headcount": (5, 2),
    "jobs_fte": (5, 2),
    # the second was there a year before; neither then nor now: the third and the fifth
    "jobs_net_change_fte": (5, 1),
    "collaboration_jobs_headcount": (2, 5),
    "collaboration_jobs_created_fte": (2, 5),
    # the fourth; left out: another category, none, no project
    "collaboration_jobs_maintained_fte": (1, 3),
    # the second twice, the eighth
    "declared_collaboration_jobs_fte": (3, 4),
    "members_count": (3, 0),
    "network_density": (3, 0),
    # A and C; B is silent in 2026
    "turnover_total": (2, 1),
    "turnover_external": (2, 1),
    "largest_share": (2, 1),
    "turnover_panel_growth": (2, 1),
    "turnover_total_growth": (2, 1),
    "turnover_median_growth": (2, 1),
    "turnover_bridge": (2, 1),
    # no baseline, no index
    "turnover_chained_growth": (0, 1),
    "turnover_growth_vs_sector": (0, 2),
    # C has accounts; A gave its turnover alone
    "intra_pole_sales": (1, 2),
    "market_share_of_income": (1, 2),
    "public_share_of_income": (0, 2),
    "joint_purchase_amount": (2, 1),
    "joint_purchase_savings": (1, 2),
    "grant_requested": (4, 2),
    "grant_awarded": (2, 4),
    "grant_paid": (1, 4),
    # five bookings are held, of which C's has no price; one is an external client's, one carries its price
    "no_show_rate": (4, 2),
    "room_revenue": (3, 3),
    "member_advantage": (2, 4),
    "booking_gap": (1, 3),
    # C came on a holiday
    "booked_hours": (3, 3),
    "after_hours": (1, 3),
    # R12 is its parts
    "occupancy_rate": (2, 1),
    "lot_vacancy": (1, 0),
    "self_financing_ratio": (0, 1),
}
#: a figure of which nothing is told, and one whose reason is lost
TAMPERED = (
    "delete from marts.fct_dispositions where indicator_id = 'no_show_rate'",
    "update marts.fct_dispositions set exclusion_reason_fr = null where indicator_id = 'turnover_total'",
)


def dispositions() -> list[dict[str, str]]:
    with (models.PROJECT / "seeds" / "dispositions.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.slow
def test_order_changes_nothing_and_promises_hold() -> None:
    straight = straight_pole().build("2026-Q3")
    expected = values(straight)
    assert straight.value("effectively_run_projects", "2026-Q3") == 1
    told = straight.table(
        "select indicator_id, count(*) filter (where is_included), count(distinct exclusion_reason_fr) "
        "from marts.fct_dispositions where period = '2026-Q3' "
        "and perimeter in ('members', 'pole', 'managing_body') group by all"
    )
    assert {indicator: (included, reasons) for indicator, included, reasons in told} == DISPOSITIONS
    with_dispositions = {line["indicator_id"] for line in dispositions() if line["population"]}
    # no activity of this pole is five years old
    assert with_dispositions - DISPOSITIONS.keys() == {
        "survival_rate_5y",
        "survival_rate_5y_low",
        "survival_rate_5y_high",
    }
    # the raw rows are written by a small build; the whole one, with unit tests, follows
    raw = permuted(straight_pole()).build("2026-Q3", select=["int_periods"]).candidate.parent / "raw.duckdb"
    request = models.BuildRequest(
        raw=raw,
        candidate=straight.candidate,
        target=raw.parent / "dbt",
        quarter=Quarter.parse("2026-Q3"),
        history_start=date(2024, 1, 1),
    )
    models.build(request, unit_tests=True)
    assert values(Figures.read(straight.candidate, raw)) == expected
    ran = {
        result["unique_id"]
        for result in json.loads((request.target / "run_results.json").read_text(encoding="utf-8"))["results"]
    }
    manifest = json.loads((request.target / "manifest.json").read_text(encoding="utf-8"))
    promises = {name for name, node in manifest["nodes"].items() if node["resource_type"] == "test"}
    assert len(promises) > 100
    assert promises | set(manifest["unit_tests"]) <= ran
    promise = request.target / "compiled/periscope/tests/dbt/singular/dispositions_explain_every_figure.sql"
    for tampering in TAMPERED:
        with warehouse.connect(straight.candidate) as connection:
            connection.execute("begin").execute(tampering)
            failures = connection.execute(promise.read_text(encoding="utf-8")).fetchall()
            connection.execute("rollback")
        assert {failure[0] for failure in failures} == {
            "no_show_rate" if "no_show" in tampering else "turnover_total"
        }
