"""Golden numbers of the room criteria, worked out by hand. Times are UTC: Paris is at +2 in summer, +1 in winter."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from periscope.holidays import public_holidays
from tests.poles import Figures, Pole, sources_sum

ROOM_MODELS = [
    f"+crit_{name}"
    for name in (
        "occupancy_rate",
        "booked_hours",
        "after_hours",
        "no_show_rate",
        "room_revenue",
        "member_advantage",
        "booking_gap",
    )
]


class RoomPole(Pole):
    """A pole with rooms; helpers for what these tests repeat."""

    def room(self, room_id: str, **extra: Any) -> RoomPole:
        self.add("register.rooms", room_id=room_id, name=f"Salle {room_id}", **extra)
        return self

    def opening(self, room_id: str, weekday: int, opens_at: str, closes_at: str, **extra: Any) -> RoomPole:
        self.add(
            "register.opening_hours",
            room_id=room_id,
            weekday=weekday,
            opens_at=opens_at,
            closes_at=closes_at,
            **extra,
        )
        return self

    def price(self, room_id: str, category: str, unit: str, amount: str, **extra: Any) -> RoomPole:
        self.add(
            "register.price_list",
            room_id=room_id,
            category=category,
            unit=unit,
            amount_eur_net=amount,
            **extra,
        )
        return self

    def holidays(self, year: int) -> RoomPole:
        for day, name in public_holidays(year).items():
            self.add("register.public_holidays", holiday_on=day, name=name)
        return self

    def log(
        self, room_id: str, quarter: str, *bookings: tuple[str, str] | tuple[str, str, dict[str, Any]]
    ) -> str:
        """A booking log of one room and quarter, which may be empty; returns its slice_id."""
        slice_id = self.slice("bookings", "", quarter, sender=room_id, scope="csv")
        for starts_at, ends_at, *rest in bookings:
            extra = dict(rest[0]) if rest else {}
            self.add(
                "bookings.bookings",
                slice_id=slice_id,
                room_id=room_id,
                starts_at=starts_at,
                ends_at=ends_at,
                **({"status": "confirmed"} | extra),
            )
        return slice_id


def test_the_worked_example_of_the_domain_note() -> None:
    """One day 07:00-19:00 (720 minutes), a double booking and one that runs past closing: 210 / 720, 30 after."""
    pole = RoomPole()
    pole.room("R").opening("R", 2, "07:00", "19:00", valid_from="2026-09-15", valid_to="2026-09-15")
    pole.log(
        "R",
        "2026-Q3",
        ("2026-09-15 07:00", "2026-09-15 09:00"),
        ("2026-09-15 08:00", "2026-09-15 10:00"),
        ("2026-09-15 16:30", "2026-09-15 17:30"),
    )
    figures = pole.build("2026-Q3", select=ROOM_MODELS)
    assert figures.value("booked_hours", "2026-Q3", "pole") == Decimal("3.5")
    assert figures.value("after_hours", "2026-Q3", "pole") == Decimal("0.5")
    row = figures.row("occupancy_rate", "2026-Q3", "pole")
    assert row is not None
    assert (row["numerator"], row["denominator"]) == (Decimal("3.5"), Decimal(12))
    assert row["value"] == Decimal("0.291667")
    assert (row["expected_count"], row["answered_count"]) == (1, 1)
    booked = figures.row("booked_hours", "2026-Q3", "pole")
    assert booked is not None and len(booked["sources"]) == 2  # one per merged interval


@pytest.fixture(scope="module")
def building() -> Figures:
    """Two rooms that make a third, a fourth with its own hours, a closed one, all year 2026."""
    pole = RoomPole().holidays(2026)
    pole.member("A", "732829320", left_on="2026-08-15").membership("A", "occasional_user", "2026-08-16")
    pole.member("B", "356000000", presence="candidate")
    pole.member("C", "880878145", left_on="2026-07-31")
    pole.room("A1").room("A2").room("AB", composed_of="A1; A2")
    pole.room("OWN", opened_on="2026-07-13", closed_on="2026-07-15")
    for weekday in range(1, 6):
        pole.opening("*", weekday, "09:00", "12:00").opening("*", weekday, "13:00", "18:00")
    pole.opening("OWN", 1, "08:00", "10:00").opening("OWN", 1, "09:00", "11:00")
    pole.add(
        "register.closures", room_id="A1", starts_on="2026-08-03", ends_on="2026-08-14", reason="Travaux"
    )
    pole.add("register.closures", room_id="*", starts_on="2026-08-10", ends_on="2026-08-10", reason="Pont")
    pole.log(
        "A1",
        "2026-Q3",
        ("2026-06-30 20:00", "2026-06-30 23:00"),  # 22:00 to 01:00: one hour falls in July
        ("2026-07-01 08:00", "2026-07-01 13:00"),  # 10:00 to 15:00 over lunch: 4 in, 1 out
        ("2026-07-14 08:00", "2026-07-14 10:00"),  # Bastille day: 2 out
        ("2026-08-04 08:00", "2026-08-04 09:00"),  # A1 is closed: 1 out
        ("2026-07-02 08:00", "2026-07-02 09:00", {"status": "cancelled"}),
        ("2026-07-02 08:00", "2026-07-02 09:00", {"status": "tentative"}),
        ("2026-07-02 09:00", "2026-07-02 10:00", {"status": "no_show"}),  # 1 in
    )
    pole.log(
        "AB",
        "2026-Q3",
        # 14:00 to 16:00 in both rooms; in A1 the first hour is already booked
        ("2026-07-01 12:00", "2026-07-01 14:00", {"member_id": "A", "category": "external"}),
    )
    pole.log(
        "OWN",
        "2026-Q3",
        (
            "2026-07-13 06:30",
            "2026-07-13 07:30",
            {"member_id": "C", "category": "external"},
        ),  # 08:30 to 09:30
        (
            "2026-07-14 07:00",
            "2026-07-14 08:00",
            {"member_id": "B", "category": "occasional_user"},
        ),  # holiday
    )
    return pole.build("2026-Q3", select=ROOM_MODELS)


def test_hours_are_the_union_inside_opening(building: Figures) -> None:
    # A1: 10-12 and 13-16 on 1 July (5 h), 1 on 2 July; A2: 2; OWN: 1
    assert building.items("booked_hours", "2026-Q3", "pole", "room") == {"A1": 6, "A2": 2, "OWN": 1}
    assert building.value("booked_hours", "2026-Q3", "pole") == 9


def test_hours_outside_opening_are_apart(building: Figures) -> None:
    # A1: 1 of the night, 1 of lunch, 2 of the holiday, 1 of the closure; OWN: 1 of the holiday
    assert building.items("after_hours", "2026-Q3", "pole", "room") == {"A1": 5, "OWN": 1}
    assert building.value("after_hours", "2026-Q3", "pole") == 6


def test_a_night_is_cut_at_local_midnight_between_two_periods(building: Figures) -> None:
    assert building.value("after_hours", "2026-Q2", "pole", "room", "A1") == 2
    assert building.value("after_hours", "2026", "pole") == 8


def test_bookable_hours_leave_out_holidays_closures_and_composed_rooms(building: Figures) -> None:
    # 66 weekdays of the quarter less 14 July; A1 less two weeks; A2 less one day; OWN is open on a Monday, by its own
    # rows that overlap (08-11), and on a Wednesday, by the rows of all rooms
    rates = {
        item: building.row("occupancy_rate", "2026-Q3", "pole", "room", item) for item in ("A1", "A2", "OWN")
    }
    assert {item: row and row["denominator"] for item, row in rates.items()} == {
        "A1": 65 * 8 - 10 * 8,
        "A2": 65 * 8 - 8,
        "OWN": 3 + 8,
    }
    assert building.row("occupancy_rate", "2026-Q3", "pole", "room", "AB") is None
    whole = building.row("occupancy_rate", "2026-Q3", "pole")
    assert whole is not None and whole["denominator"] == 440 + 512 + 11
    assert (whole["expected_count"], whole["answered_count"]) == (3, 3)


def test_the_membership_of_the_day_decides_the_category(building: Figures) -> None:
    # A is a permanent resident in July whatever the log says; C still was on 13 July; B, a candidate, is external
    assert building.items("booked_hours", "2026-Q3", "pole", "category") == {
        "permanent_resident": 4 + 1,
        "external": 4 + 1,
    }
    rate = building.row("occupancy_rate", "2026-Q3", "pole", "category", "permanent_resident")
    assert rate is not None and (rate["numerator"], rate["denominator"]) == (5, 963)


def test_no_shows_are_bookings_and_their_rate_is_apart(building: Figures) -> None:
    row = building.row("no_show_rate", "2026-Q3", "pole")
    assert row is not None
    # the booking of 30 June belongs to its own quarter; a booking of the composed room is one booking
    assert (row["numerator"], row["denominator"]) == (1, 7)


def test_a_quarter_without_a_log_is_not_empty(building: Figures) -> None:
    for indicator in ("occupancy_rate", "booked_hours", "room_revenue", "no_show_rate"):
        row = building.row(indicator, "2025-Q3", "pole")
        assert row is not None and row["value"] is None
        assert row["reason"] == "Aucune réponse reçue."


def test_sources_add_up(building: Figures) -> None:
    for (indicator, *_), row in building.rows.items():
        if indicator in ("booked_hours", "after_hours") and row["value"] is not None:
            assert abs(sources_sum(row) - row["value"]) < Decimal("0.0001")


def test_an_empty_log_gives_zero_for_all_only() -> None:
    pole = RoomPole().room("R").opening("*", 1, "9:00", "17:00")
    pole.log("R", "2026-Q3")
    figures = pole.build("2026-Q3", select=ROOM_MODELS)
    for indicator in ("booked_hours", "after_hours", "room_revenue", "member_advantage", "booking_gap"):
        assert figures.value(indicator, "2026-Q3", "pole") == 0
        assert figures.items(indicator, "2026-Q3", "pole", "room") == {}
    assert figures.value("occupancy_rate", "2026-Q3", "pole") == 0
    assert figures.row("no_show_rate", "2026-Q3", "pole")["reason"] == "Dénominateur nul."  # type: ignore[index]


def test_clock_changes_are_exact() -> None:
    """Open from midnight to midnight every Sunday: 23 hours on 29 March 2026, 25 on 25 October 2026."""
    pole = RoomPole().room("R").opening("R", 7, "00:00", "00:00")
    pole.log("R", "2026-Q1", ("2026-03-28 23:00", "2026-03-29 22:00"))
    pole.log("R", "2026-Q4", ("2026-10-24 22:00", "2026-10-25 23:00"))
    figures = pole.build("2026-Q4", select=ROOM_MODELS)
    assert figures.value("booked_hours", "2026-Q1", "pole") == 23
    assert figures.value("after_hours", "2026-Q1", "pole") == 0
    assert figures.value("booked_hours", "2026-Q4", "pole") == 25
    assert figures.row("occupancy_rate", "2026-Q1", "pole")["denominator"] == 12 * 24 + 23  # type: ignore[index]


def test_hundreds_of_thirds_of_an_hour_still_add_up() -> None:
    pole = RoomPole().room("R").opening("R", 2, "00:00", "00:00")
    bookings = [
        (f"2026-{month:02}-{day:02} {hour:02}:{minute}", f"2026-{month:02}-{day:02} {hour:02}:{minute + 20}")
        for month, day in ((9, 1), (9, 8), (9, 15), (9, 22), (9, 29))
        for hour in range(20)
        for minute in (10, 35)
    ]
    pole.log("R", "2026-Q3", *bookings)
    figures = pole.build("2026-Q3", select=ROOM_MODELS)
    row = figures.row("booked_hours", "2026-Q3", "pole")
    assert row is not None and len(row["sources"]) == 200
    assert row["value"] == sources_sum(row) == Decimal("66.666667")


def cheapest(hours: int, prices: dict[str, int]) -> int | None:
    """Brute force over every number of whole units."""
    length = {"hour": 1, "half_day": 4, "day": 8}
    costs = [
        sum(count * prices[unit] for unit, count in zip(prices, counts, strict=True))
        for counts in product(*(range(-(-hours // length[unit]) + 1) for unit in prices))
        if sum(count * length[unit] for unit, count in zip(prices, counts, strict=True)) >= hours
    ]
    return min(costs, default=None)


PRICE_LISTS = (
    {"hour": 10},
    {"half_day": 30},
    {"day": 70},
    {"hour": 10, "half_day": 35, "day": 60},
    {"hour": 10, "half_day": 45, "day": 95},
    {"hour": 20, "half_day": 30, "day": 100},
    {"half_day": 50, "day": 40},
    {"hour": 9, "day": 50},
)


def test_the_cheapest_cover_is_found() -> None:
    """Bookings of 1 to 27 hours under eight price lists, against brute force."""
    pole = RoomPole()
    expected = Decimal(0)
    for number, prices in enumerate(PRICE_LISTS):
        pole.room(f"R{number}")
        for unit, amount in prices.items():
            pole.price(f"R{number}", "external", unit, str(amount))
        bookings = []
        for hours in range(1, 28):
            day = f"2026-07-{hours:02}"
            end_hour = 4 + hours - 1
            end = (
                f"2026-07-{hours + end_hour // 24:02} {end_hour % 24:02}:01"  # one minute into the last hour
            )
            bookings.append((f"{day} 04:00", end, {"booking_ref": f"{number}/{hours}"}))
            expected += cheapest(hours, prices) or 0
        pole.log(f"R{number}", "2026-Q3", *bookings)
    figures = pole.build("2026-Q3", select=["+crit_room_revenue"])
    priced = figures.table(
        "select room_id, begun_hours, list_price_eur from intermediate.int_bookings__priced order by 1, 2"
    )
    assert priced == [
        (f"R{number}", hours, Decimal(cheapest(hours, prices) or 0))
        for number, prices in enumerate(PRICE_LISTS)
        for hours in range(1, 28)
    ]
    assert figures.value("room_revenue", "2026-Q3", "pole") == expected


@pytest.fixture(scope="module")
def priced() -> Figures:
    """Two rooms with prices, one without; a member, a member who leaves, an outsider."""
    pole = RoomPole()
    pole.member("A", "732829320").member("C", "880878145", left_on="2026-08-15")
    pole.room("R").room("S").room("FREE")
    pole.price("*", "external", "hour", "20.00").price("*", "permanent_resident", "hour", "8.00")
    pole.price("R", "external", "hour", "30.00", valid_to="2026-08-31")
    pole.price("R", "external", "hour", "33.00", valid_from="2026-09-01")
    pole.log(
        "R",
        "2026-Q3",
        ("2026-07-01 08:00", "2026-07-01 10:00", {"member_id": "A", "price_eur_net": "15.50"}),  # 16 ; 60
        (
            "2026-07-01 08:00",
            "2026-07-01 09:30",
            {"price_eur_net": "70.00"},
        ),  # overlaps, charged: 2 begun hours, 60
        ("2026-08-31 08:00", "2026-08-31 09:00"),  # 30
        ("2026-09-01 08:00", "2026-09-01 09:00", {"status": "no_show"}),  # charged: 33
    )
    pole.log(
        "S",
        "2026-Q3",
        (
            "2026-08-15 08:00",
            "2026-08-15 09:00",
            {"member_id": "C", "category": "permanent_resident"},
        ),  # 8 ; 20
        (
            "2026-08-16 08:00",
            "2026-08-16 09:00",
            {"member_id": "C", "category": "permanent_resident"},
        ),  # left: 20
        (
            "2026-08-17 08:00",
            "2026-08-17 09:00",
            {"category": "occasional_user"},
        ),  # no price in this category
    )
    return pole.build("2026-Q3", select=ROOM_MODELS)


def test_revenue_is_the_price_list_of_the_day(priced: Figures) -> None:
    assert priced.items("room_revenue", "2026-Q3", "pole", "room") == {"R": 139, "S": 28}
    assert priced.value("room_revenue", "2026-Q3", "pole") == 167
    row = priced.row("room_revenue", "2026-Q3", "pole")
    assert row is not None and sources_sum(row) == 167 and len(row["sources"]) == 6


def test_a_booking_without_price_is_counted_and_not_free(priced: Figures) -> None:
    row = priced.row("room_revenue", "2026-Q3", "pole", "category", "occasional_user")
    assert row is not None and row["value"] is None
    assert row["reason"] == "Aucun tarif pour ces réservations."
    whole = priced.row("room_revenue", "2026-Q3", "pole")
    # R answers in full, S has an unpriced booking, FREE sent no log
    assert whole is not None and (whole["expected_count"], whole["answered_count"]) == (3, 1)


def test_the_advantage_is_for_members_only(priced: Figures) -> None:
    assert priced.value("member_advantage", "2026-Q3", "pole") == (60 - 16) + (20 - 8)
    assert priced.items("member_advantage", "2026-Q3", "pole", "category") == {
        "permanent_resident": 56,
        "occasional_user": None,
    }


def test_the_gap_is_over_bookings_that_carry_a_price(priced: Figures) -> None:
    assert priced.value("booking_gap", "2026-Q3", "pole") == Decimal("0.50") + Decimal(-10)
    assert priced.items("booking_gap", "2026-Q3", "pole", "room") == {"R": Decimal("-9.50")}
