"""The tables that analysts read: one row per what they say, and neither name nor SIREN."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.poles import Figures, Pole

MARTS = (
    "dim_members",
    "dim_rooms",
    "fct_bookings",
    "fct_posts",
    "fct_collaborations",
    "fct_supported_projects",
    "fct_findings",
    "fct_member_cooperation",
    "fct_turnover_break_2025",
    "fct_support_overlaps",
    "fct_jobs_by_definition",
)
SIRENS = ("732829320", "356000000")
CANARY = "Canari Nominatif"


@pytest.fixture(scope="module")
def built() -> Figures:
    pole = Pole()
    pole.add("register.members", member_id="A", siren=SIRENS[0], name=CANARY, function="csr_promotion")
    pole.membership("A", "candidate", "2019-01-01", "2019-12-31")
    pole.membership("A", "permanent_resident", "2020-01-01", "2026-06-30")
    pole.membership("A", "occasional_user", "2026-07-01")
    pole.member("B", SIRENS[1], presence="candidate")
    pole.add("register.rooms", room_id="R1").add("register.rooms", room_id="R2", capacity=12)
    pole.add("register.rooms", room_id="R12", composed_of="R1;R2")
    log = pole.slice("bookings", "", "2026-Q3", sender="R1")
    # two tuples of one line of a dump, alike but for their end
    for ends_at in ("2026-07-06 09:00", "2026-07-06 10:30"):
        pole.add(
            "bookings.bookings",
            slice_id=log,
            row_number=7,
            room_id="R1",
            starts_at="2026-07-06 08:00",
            ends_at=ends_at,
            member_id="A",
        )
    post: dict[str, Any] = {
        "post_ref": "P1",
        "employer_siren": SIRENS[0],
        "category": "created",
        "started_on": "2026-07-01",
        "working_time": "0.8",
        "project_ref": CANARY,
    }
    for siren in SIRENS:
        pole.declare("posts", siren, "2026-Q3", post | {"project_share": "0.5"})
        pole.declare(
            "collaborative_projects",
            siren,
            "2026-Q3",
            {"project_ref": CANARY, "title": CANARY, "status": "run", "evidence_on": "2026-07-02"},
        )
        pole.declare(
            "supported_projects",
            siren,
            "2026-Q3",
            {
                "project_ref": siren,
                "holder_pid": "h",
                "title_key": "t",
                "support_threshold_on": "2026-07-03",
            },
        )
    return pole.build("2026-Q3", select=[f"+{name}" for name in MARTS])


def test_neither_name_nor_siren(built: Figures) -> None:
    for name in MARTS:
        text = repr(built.table(f"select * from marts.{name}"))
        for secret in (CANARY, *SIRENS):
            assert secret not in text, name


def test_members_show_their_last_presence(built: Figures) -> None:
    rows = built.table("select member_id, presence, first_joined_on from marts.dim_members order by 1")
    assert rows == [("A", "occasional_user", date(2020, 1, 1)), ("B", "candidate", None)]


def test_rooms_and_their_parts(built: Figures) -> None:
    rows = built.table("select room_id, is_composed, part_count from marts.dim_rooms order by 1")
    assert rows == [("R1", False, 1), ("R12", True, 2), ("R2", False, 1)]


def test_two_bookings_of_one_line_are_two(built: Figures) -> None:
    rows = built.table("select booked_hours, begun_hours, category from marts.fct_bookings order by 1")
    assert rows == [(1, 1, "occasional_user"), (Decimal("2.5"), 3, "occasional_user")]
    unpriced = built.table("select row_number from marts.fct_findings where code = 'unpriced_booking'")
    assert unpriced == [(7,)]


def test_posts_and_projects_are_counted_once(built: Figures) -> None:
    posts = built.table("select employer_member_id, working_time_fte, project_share from marts.fct_posts")
    assert posts == [("A", Decimal("0.8"), 1)]
    projects = built.table("select member_count, declarant_count, evidence_on from marts.fct_collaborations")
    assert projects == [(2, 2, date(2026, 7, 2))]
    assert built.table("select threshold_on, body_count from marts.fct_supported_projects") == [
        (date(2026, 7, 3), 2)
    ]
