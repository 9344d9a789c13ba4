"""Which version counts: CONTRACT 2 and 8 (Corrections)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from periscope import arbitration, warehouse

Slices = dict[str, tuple[str, str, bool]]


@pytest.fixture
def connection() -> Iterator[warehouse.Connection]:
    with warehouse.connect(None) as opened:
        warehouse.create_raw(opened)
        yield opened


def receive(connection: warehouse.Connection, name: str, seq: int, batch: int, **more: Any) -> None:
    row: dict[str, Any] = {
        "slice_id": name, "file_id": name, "source_file": f"{name}.xlsx", "sheet": "", "kind": "posts", "sender": "A",
        "sender_siren": "732829320", "quarter": "2026-Q3", "scope": "", "landed_seq": seq, "batch": batch,
        "content_hash": name, "verdict": "accept", "rows_read": 3, "rows_unreadable": 1,
    } | more  # fmt: skip
    columns = ", ".join(row)
    connection.execute(
        f"insert into record.slices ({columns}) values ({', '.join('?' * len(row))})", list(row.values())
    )
    connection.execute("insert into record.files (file_id, status) values (?, 'accepted')", [row["file_id"]])


def decided(connection: warehouse.Connection) -> Slices:
    arbitration.arbitrate(connection)
    return {
        row[0]: (row[1], row[2], row[3])
        for row in connection.execute(
            "select slice_id, status, superseded_by, is_active from record.slices"
        ).fetchall()
    }


def test_the_later_landed_replaces(connection: warehouse.Connection) -> None:
    receive(connection, "old", 1, 1)
    receive(connection, "new", 2, 2)
    assert decided(connection) == {"old": ("superseded", "new.xlsx", False), "new": ("accepted", "", True)}


def test_the_latest_sent_on_wins_whatever_the_order(connection: warehouse.Connection) -> None:
    receive(connection, "fresh", 1, 1, sent_on="2026-10-09")
    receive(connection, "stale", 2, 2, sent_on="2026-10-08")
    assert decided(connection)["fresh"] == ("accepted", "", True)
    assert decided(connection)["stale"] == ("superseded", "fresh.xlsx", False)


def test_two_versions_together_are_both_refused_and_name_each_other(connection: warehouse.Connection) -> None:
    receive(connection, "one", 1, 1)
    receive(connection, "two", 2, 1)
    assert {status for status, _, _ in decided(connection).values()} == {"refused"}
    said = dict(connection.execute("select source_file, reason from record.refusals").fetchall())
    assert "two.xlsx" in said["one.xlsx"] and "one.xlsx" in said["two.xlsx"]
    counts = connection.execute("select distinct rows_accepted, rows_refused from record.slices").fetchall()
    assert counts == [(0, 3)]


def test_together_with_sent_on_the_latest_wins(connection: warehouse.Connection) -> None:
    receive(connection, "one", 1, 1, sent_on="2026-10-09")
    receive(connection, "two", 2, 1, sent_on="2026-10-10")
    assert decided(connection)["two"][2] and not decided(connection)["one"][2]


def test_the_same_rows_in_two_files_are_not_two_versions(connection: warehouse.Connection) -> None:
    receive(connection, "one", 1, 1, content_hash="x")
    receive(connection, "two", 2, 1, content_hash="x")
    assert sorted(status for status, _, _ in decided(connection).values()) == ["accepted", "superseded"]


def test_an_earlier_version_stands_when_two_later_ones_conflict(connection: warehouse.Connection) -> None:
    receive(connection, "zero", 1, 1)
    receive(connection, "one", 2, 2)
    receive(connection, "two", 3, 2)
    assert decided(connection)["zero"] == ("accepted", "", True)


def test_a_refused_version_replaces_nothing(connection: warehouse.Connection) -> None:
    receive(connection, "good", 1, 1)
    receive(connection, "bad", 2, 2, verdict="refuse")
    assert decided(connection) == {"good": ("accepted", "", True), "bad": ("refused", "", False)}


def test_a_version_not_yet_judged_does_not_count(connection: warehouse.Connection) -> None:
    receive(connection, "new", 1, 1, verdict="")
    assert decided(connection)["new"] == ("accepted", "", False)


def test_ledgers_replace_each_other_when_their_dates_overlap(connection: warehouse.Connection) -> None:
    for name, seq, first, last in (("a", 1, "2026-01-01", "2026-06-30"), ("b", 2, "2026-07-01", "2026-09-30"),
                                   ("c", 3, "2026-06-30", "2026-07-01")):  # fmt: skip
        receive(connection, name, seq, seq, kind="fec", quarter="")
        connection.execute(
            "insert into revenue.fec_files (slice_id, first_entry_on, last_entry_on) values (?, ?, ?)",
            [name, first, last],
        )
    assert decided(connection) == {
        "a": ("superseded", "c.xlsx", False), "b": ("superseded", "c.xlsx", False), "c": ("accepted", "", True)
    }  # fmt: skip


def test_a_withdrawn_file_brings_the_earlier_one_back(connection: warehouse.Connection) -> None:
    receive(connection, "old", 1, 1)
    receive(connection, "new", 2, 2)
    connection.execute("update record.files set status = 'withdrawn' where file_id = 'new'")
    assert decided(connection) == {"old": ("accepted", "", True), "new": ("withdrawn", "", False)}


def calendar(connection: warehouse.Connection, name: str, seq: int, batch: int, *quarters: str) -> None:
    for quarter in quarters:
        receive(connection, f"{name}-{quarter}", seq, batch, file_id=name, source_file=f"{name}.ics", kind="bookings",
                sender="S1", sender_siren="", quarter=quarter, scope="ics")  # fmt: skip


def test_a_calendar_replaces_every_quarter_that_either_version_covers(
    connection: warehouse.Connection,
) -> None:
    calendar(connection, "old", 1, 1, "2026-Q1", "2026-Q2", "2026-Q3")
    calendar(connection, "new", 2, 2, "2026-Q1", "2026-Q2")
    found = decided(connection)
    assert {key for key, (_, _, is_active) in found.items() if is_active} == {"new-2026-Q1", "new-2026-Q2"}
    assert found["old-2026-Q3"] == ("superseded", "new.ics", False)
    told = connection.execute("select source_file, sender, code, message from record.findings").fetchall()
    assert [row[:3] for row in told] == [("new.ics", "S1", "quarter_emptied")]
    assert "« old.ics »" in told[0][3] and "2026-Q3" in told[0][3]
    decided(connection)
    assert connection.execute("select count(*) from record.findings").fetchone() == (1,)


def test_a_quarter_inside_a_calendar_may_be_empty(connection: warehouse.Connection) -> None:
    calendar(connection, "old", 1, 1, "2026-Q2")
    calendar(connection, "new", 2, 2, "2026-Q1", "2026-Q3")
    assert decided(connection)["old-2026-Q2"] == ("superseded", "new.ics", False)


def test_calendars_of_other_quarters_or_formats_stand_beside(connection: warehouse.Connection) -> None:
    calendar(connection, "spring", 1, 1, "2026-Q2")
    calendar(connection, "summer", 2, 1, "2026-Q3")
    receive(
        connection, "log", 3, 2, kind="bookings", sender="S1", sender_siren="", quarter="2026-Q2", scope="csv"
    )
    assert all(is_active for _, _, is_active in decided(connection).values())


def test_two_calendars_together_are_refused_once_each(connection: warehouse.Connection) -> None:
    calendar(connection, "one", 1, 1, "2026-Q1", "2026-Q2")
    calendar(connection, "two", 2, 1, "2026-Q2", "2026-Q3")
    assert {status for status, _, _ in decided(connection).values()} == {"refused"}
    told = connection.execute("select source_file from record.refusals order by 1").fetchall()
    assert told == [("one.ics",), ("two.ics",)]


def test_three_calendars_of_three_quarters_stand_beside(connection: warehouse.Connection) -> None:
    calendar(connection, "winter", 1, 1, "2026-Q1")
    calendar(connection, "spring", 2, 1, "2026-Q2")
    calendar(connection, "summer", 3, 1, "2026-Q3")
    assert all(is_active for _, _, is_active in decided(connection).values())


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("2026-10-09", "2026-10-09", "refused"),
        ("2026-10-09", None, "refused"),
        (None, "2026-10-09", "refused"),
        ("2026-10-09", "2026-10-10", "superseded"),
    ],
)
def test_two_versions_together_need_two_days_of_sending(
    connection: warehouse.Connection, first: str | None, second: str | None, status: str
) -> None:
    receive(connection, "one", 1, 1, sent_on=first)
    receive(connection, "two", 2, 1, sent_on=second)
    assert decided(connection)["one"][0] == status


def test_sent_the_same_day_the_later_landed_replaces(connection: warehouse.Connection) -> None:
    receive(connection, "one", 1, 1, sent_on="2026-10-09")
    receive(connection, "two", 2, 2, sent_on="2026-10-09")
    assert decided(connection)["two"] == ("accepted", "", True)


def test_each_of_several_versions_together_names_all_the_others(connection: warehouse.Connection) -> None:
    receive(connection, "a", 1, 1, content_hash="x")
    receive(connection, "b", 2, 1, content_hash="x")
    receive(connection, "c", 3, 1, content_hash="y")
    receive(connection, "d", 4, 1, content_hash="y")
    decided(connection)
    told = connection.execute(
        "select source_file, count(*) from record.refusals group by 1 order by 1"
    ).fetchall()
    assert told == [("a.xlsx", 2), ("b.xlsx", 2), ("c.xlsx", 2), ("d.xlsx", 2)]


@pytest.mark.parametrize("missing", ["first_entry_on", "last_entry_on"])
@pytest.mark.parametrize("whose", ["old", "new"])
def test_a_ledger_without_one_of_its_dates_overlaps_any_other(
    connection: warehouse.Connection, missing: str, whose: str
) -> None:
    for seq, name, first, last in ((1, "old", "2026-01-01", "2026-03-31"), (2, "new", "2026-07-01", "2026-09-30")):  # fmt: skip
        receive(connection, name, seq, seq, kind="fec", quarter="")
        dates = {"first_entry_on": first, "last_entry_on": last} | ({missing: None} if name == whose else {})
        connection.execute(
            "insert into revenue.fec_files (slice_id, first_entry_on, last_entry_on) values (?, ?, ?)",
            [name, dates["first_entry_on"], dates["last_entry_on"]],
        )
    assert decided(connection)["old"] == ("superseded", "new.xlsx", False)
