"""Calendars: repetition, zones, exceptions, and what a hostile one may not do."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.context import Context, Member, fold
from ingest.readers import ics, ics_rules
from periscope.receipts import Reading
from periscope.settings import Thresholds

WINDOW = (date(2026, 1, 1), date(2026, 9, 30))


@pytest.fixture
def context() -> Context:
    return Context(
        members=[Member("M01", "732829320", "Coopérative du Moulin")],
        rooms={"eole": "Salle Éole", "zephyr": "Zéphyr"},
        aliases={("room", fold("Grande salle")): "eole", ("member", fold("le moulin")): "M01"},
        managing_body_siren="",
        mappings={},
        corrections=[],
        thresholds=Thresholds(),
        key=bytes(32),
        window=WINDOW,
    )


def calendar(*events: str, headers: str = "X-WR-CALNAME:Salle Éole") -> str:
    blocks = [f"BEGIN:VEVENT\n{body}\nEND:VEVENT" for body in events]
    return "\n".join(["BEGIN:VCALENDAR", headers, *blocks, "END:VCALENDAR", ""])


def read(text: str, context: Context, tmp_path: Path, name: str = "bookings/agenda.ics") -> Reading:
    path = tmp_path / "landed"
    path.write_text(text, encoding="utf-8", newline="")
    reading = ics.read(path, name, context)
    assert sum(piece.rows_read for piece in reading.slices) == text.count("BEGIN:VEVENT")
    return reading


def rows(reading: Reading) -> list[dict[str, Any]]:
    return sorted((row for piece in reading.slices for row in piece.rows), key=lambda row: row["starts_at"])


def starts(reading: Reading) -> list[str]:
    return [row["starts_at"].isoformat(" ", "minutes") for row in rows(reading)]


MORNING = "UID:a\nDTSTART;TZID=Europe/Paris:20260327T090000\nDTEND;TZID=Europe/Paris:20260327T100000\n"


def test_an_endless_series_keeps_its_local_hour_and_stops_with_the_window(
    context: Context, tmp_path: Path
) -> None:
    reading = read(calendar(MORNING + "RRULE:FREQ=WEEKLY"), context, tmp_path)
    found = starts(reading)
    assert found[:2] == ["2026-03-27 08:00", "2026-04-03 07:00"]  # summer time began on 29 March
    assert found[-1] == "2026-09-25 07:00"
    # one event is one row of the receipt, counted where it first happens
    assert [(p.sender, p.quarter, p.rows_read, len(p.rows)) for p in reading.slices] == [
        ("eole", "2026-Q1", 1, 1),
        ("eole", "2026-Q2", 0, 13),
        ("eole", "2026-Q3", 0, 13),
    ]


def test_exceptions_of_a_series(context: Context, tmp_path: Path) -> None:
    series = MORNING + (
        "RRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID=Europe/Paris:20260328T090000\nRDATE;TZID=Europe/Paris:20260601T090000"
    )
    moved = (
        "UID:a\nRECURRENCE-ID;TZID=Europe/Paris:20260329T090000\nSEQUENCE:1\n"
        "DTSTART;TZID=Europe/Paris:20260329T140000\nDTEND;TZID=Europe/Paris:20260329T150000"
    )
    cancelled = (
        "UID:a\nRECURRENCE-ID;TZID=Europe/Paris:20260330T090000\nSTATUS:CANCELLED\n"
        "DTSTART;TZID=Europe/Paris:20260330T090000\nDTEND;TZID=Europe/Paris:20260330T100000"
    )
    reading = read(calendar(series, moved, cancelled), context, tmp_path)
    assert [
        (row["starts_at"].isoformat(" ", "minutes"), row["status"], row["row_number"])
        for row in rows(reading)
    ] == [
        ("2026-03-27 08:00", "confirmed", 3),
        ("2026-03-29 12:00", "confirmed", 11),
        ("2026-03-30 07:00", "cancelled", 18),
        ("2026-03-31 07:00", "confirmed", 3),
        ("2026-06-01 07:00", "confirmed", 3),
    ]


@pytest.mark.parametrize(
    ("start", "utc"),
    [
        ("DTSTART:20260701T100000", "2026-07-01 08:00"),  # floating: Europe/Paris
        ("DTSTART:20260701T100000Z", "2026-07-01 10:00"),
        ("DTSTART;TZID=Romance Standard Time:20260701T100000", "2026-07-01 08:00"),
        (
            'DTSTART;TZID="(UTC+01:00) Brussels, Copenhagen, Madrid, Paris":20260701T100000',
            "2026-07-01 08:00",
        ),
        ("DTSTART;TZID=(GMT-05:00) Eastern Time (US & Canada):20260701T100000", "2026-07-01 14:00"),
        ("DTSTART;TZID=/freeassociation.sourceforge.net/Europe/London:20260701T100000", "2026-07-01 09:00"),
        ("DTSTART;TZID=Heure du pôle:20260701T100000", "2026-07-01 08:00"),
    ],
)
def test_zones(context: Context, tmp_path: Path, start: str, utc: str) -> None:
    assert starts(read(calendar(f"{start}\nDURATION:PT1H"), context, tmp_path)) == [utc]


def test_the_zone_of_the_calendar_reads_floating_times(context: Context, tmp_path: Path) -> None:
    text = calendar(
        "DTSTART:20260701T100000\nDURATION:PT1H", headers="X-WR-CALNAME:eole\nX-WR-TIMEZONE:America/New_York"
    )
    assert starts(read(text, context, tmp_path)) == ["2026-07-01 14:00"]


def test_a_zone_defined_in_one_file_does_not_leak_into_the_next(context: Context, tmp_path: Path) -> None:
    zone = (
        "X-WR-CALNAME:eole\nBEGIN:VTIMEZONE\nTZID:Heure du pôle\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:+0500\nTZOFFSETTO:+0500\nEND:STANDARD\nEND:VTIMEZONE"
    )
    event = "DTSTART;TZID=Heure du pôle:20260701T100000\nDURATION:PT1H"
    assert starts(read(calendar(event, headers=zone), context, tmp_path)) == ["2026-07-01 05:00"]
    assert starts(read(calendar(event), context, tmp_path)) == ["2026-07-01 08:00"]


def test_a_whole_day_is_the_local_day(context: Context, tmp_path: Path) -> None:
    text = calendar("DTSTART;VALUE=DATE:20260329", "DTSTART;VALUE=DATE:20260401\nDTEND;VALUE=DATE:20260401")
    found = rows(read(text, context, tmp_path))
    assert [row["starts_at"].isoformat(" ", "minutes") for row in found] == [
        "2026-03-28 23:00",
        "2026-03-31 22:00",
    ]
    assert [row["ends_at"].isoformat(" ", "minutes") for row in found] == [
        "2026-03-29 22:00",
        "2026-04-01 22:00",
    ]


@pytest.mark.parametrize(
    ("headers", "name", "room"),
    [
        ("X-WR-CALNAME:Grande salle", "agenda.ics", "eole"),
        ("NAME:zephyr", "agenda.ics", "zephyr"),
        ("PRODID:x", "bookings/Grande_salle.ics", "eole"),
        ("X-WR-CALNAME:Grenier", "agenda.ics", None),
    ],
)
def test_the_room(context: Context, tmp_path: Path, headers: str, name: str, room: str | None) -> None:
    reading = read(calendar(MORNING, headers=headers), context, tmp_path, name)
    assert [row["room_id"] for row in rows(reading)] == ([room] if room else [])
    if room is None:
        assert [(r.row, r.code) for r in reading.refusals] == [(3, "unknown_room")]
        assert "aliases.csv" in reading.refusals[0].remedy


def test_who_booked_and_no_other_name(context: Context, tmp_path: Path) -> None:
    text = calendar(
        MORNING + "SUMMARY:Le Moulin",
        MORNING.replace("UID:a", "UID:b") + "ORGANIZER;CN=coopérative du moulin:mailto:x@example.org",
        MORNING.replace("UID:a", "UID:c")
        + "SUMMARY:Odile Inventée\nORGANIZER;CN=Odile Inventée:mailto:o@example.org",
    )
    reading = read(text, context, tmp_path)
    assert [row["member_id"] for row in rows(reading)] == ["M01", "M01", None]
    assert "Odile" not in repr(reading)


HOSTILE = [
    MORNING + "RRULE:FREQ=SECONDLY",
    MORNING + "RRULE:FREQ=MINUTELY;COUNT=3",
    MORNING + "RRULE:FREQ=DAILY;INTERVAL=0",
    MORNING + "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    MORNING + "RRULE:FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2,3,4,5,6,7,8,9",
    MORNING + "RRULE:FREQ=HOURLY",
    # each of these would be searched for up to the year 9999
    MORNING + "RRULE:FREQ=DAILY;BYSETPOS=2",
    MORNING + "RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    MORNING + "RRULE:FREQ=DAILY;BYYEARDAY=366;BYMONTH=3",
    MORNING + "RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=50",
    MORNING + "RRULE:FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
    MORNING + "DTSTART:20260401T090000",
    MORNING + "RRULE:UNTIL=",
    MORNING + "RRULE:FREQ=WEEKLY;UNTL=20260401",
    MORNING + "RRULE:FREQ=WEEKLY;UNTIL=demain",
    "DTSTART:00010101T000000\nDURATION:PT1H\nRRULE:FREQ=YEARLY",
    "DTSTART:99991231T230000\nDURATION:PT2H",
    "DTSTART:20260230T100000\nDURATION:PT1H",
    "DTSTART:20260701T100000\nDTEND:20260701T090000",
    "DTSTART:20260701T100000",
    "DTSTART:\nDTEND:20260101",
    "DTSTART:20260701T100000\nDURATION:P99999999999D",
    "SUMMARY:sans date",
    "X:1",
]


def test_a_hostile_event_is_refused_with_its_line_and_the_rest_is_read(
    context: Context, tmp_path: Path
) -> None:
    text = calendar(*(body.replace("UID:a", f"UID:{n}") for n, body in enumerate(HOSTILE)), MORNING)
    begins = [number for number, line in enumerate(text.split("\n"), 1) if line == "BEGIN:VEVENT"]
    started = time.process_time()
    reading = read(text, context, tmp_path)
    assert time.process_time() - started < 5
    assert sorted(refusal.row for refusal in reading.refusals) == begins[:-1]
    assert starts(reading) == ["2026-03-27 08:00"]


def test_endless_nesting_is_refused_and_the_rest_is_read(context: Context, tmp_path: Path) -> None:
    nested = "BEGIN:X-BOX\n" * 5000 + MORNING + "END:X-BOX\n" * 5000
    reading = read(calendar(MORNING, nested), context, tmp_path)
    assert [refusal.row for refusal in reading.refusals] == [9]
    assert starts(reading) == ["2026-03-27 08:00"]


def test_an_empty_rule_is_no_rule(context: Context, tmp_path: Path) -> None:
    assert starts(read(calendar(MORNING + "RRULE:\nEXDATE:"), context, tmp_path)) == ["2026-03-27 08:00"]


def test_events_without_a_calendar_around_them(context: Context, tmp_path: Path) -> None:
    text = f"BEGIN:VEVENT\r\n{MORNING}END:VEVENT\r\n"
    assert starts(read(text, context, tmp_path, "eole.ics")) == ["2026-03-27 08:00"]


def test_an_event_outside_the_window_is_accepted_and_replaces_nobody(
    context: Context, tmp_path: Path
) -> None:
    reading = read(calendar("DTSTART:20190701T100000Z\nDURATION:PT1H"), context, tmp_path)
    assert [(p.quarter, p.rows_read, p.rows_accepted, p.rows) for p in reading.slices] == [("", 1, 1, [])]
    assert reading.slices[0].scope != "ics"


def test_a_file_without_event_is_refused(context: Context, tmp_path: Path) -> None:
    reading = read("BEGIN:VCALENDAR\nEND:VCALENDAR\n", context, tmp_path)
    assert reading.is_refused and reading.refusals[0].row == 0


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VTIMEZONE", "BEGIN:VTIMEZONE", "RRULE:FREQ=DAILY",
             "DTSTART:20260701T100000", "DTEND:20260701T110000", "UID:1", "RECURRENCE-ID:20260702T100000", " pliée",
             "EXDATE:20260703T100000", "STATUS:CANCELLED", "TZID:X", "X-WR-CALNAME:eole", "SEQUENCE:x"]
        ) | st.text(max_size=12),
        max_size=40,
    )
)  # fmt: skip
def test_any_sequence_of_lines_is_counted(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    context = Context([], {"eole": "eole"}, {}, "", {}, [], Thresholds(), bytes(32), WINDOW)
    path = tmp_path_factory.getbasetemp() / "any.ics"
    path.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    reading = ics.read(path, "eole.ics", context)
    refused = sum(piece.rows_refused for piece in reading.slices)
    assert sum(piece.rows_read for piece in reading.slices) == refused + sum(
        p.rows_accepted for p in reading.slices
    )
    assert len(reading.refusals) == (refused or (0 if reading.slices else 1))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY;BYDAY=MO,-1FR;WKST=SU",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=DAILY;BYDAY=MO,TU;INTERVAL=2",
    ],
)
def test_usual_rules_are_followed(rule: str) -> None:
    assert ics_rules.problem(rule) is None
