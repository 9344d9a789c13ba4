"""R01 to R05 and R13: what is received again, late, corrected or at the edge of a day is neither lost nor counted twice."""

from __future__ import annotations

import secrets
from decimal import Decimal
from pathlib import Path

import pytest

from expectations import gate
from ingest import landing, receive
from periscope import warehouse
from periscope.errors import UsageError
from periscope.workspace import Run
from tests.faults import house
from tests.faults.conftest import Ledger

pytestmark = pytest.mark.slow

_PLACE = "declarations/postes-B.csv"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return house.run_of(house.create(tmp_path / "pole").root)


def step(run: Run) -> None:
    """One run as far as the gate, which says what replaces what."""
    receive.receive(run)
    gate.check(run)


def send(run: Run, name: str, share: str, sent_on: str = "") -> None:
    text = house.lines(house.MEMBERS["B"], share)
    if sent_on:
        header, row = text.splitlines()
        text = f"{header};sent_on\n{row};{sent_on}\n"
    (run.workspace.inbox / name).write_text(text)


def rows(run: Run, sql: str) -> list[tuple[object, ...]]:
    with warehouse.connect(run.workspace.raw_database, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def working_time(run: Run) -> list[Decimal]:
    """Working time of B's post, as the active slices say."""
    found = rows(
        run,
        f"""
        select posts.working_time from declarations.posts as posts
        inner join record.slices as slices on posts.slice_id = slices.slice_id
        where slices.is_active and posts.sender_siren = '{house.MEMBERS["B"]}'
        """,
    )
    return [Decimal(str(value)) for (value,) in found]


def lost(run: Run) -> int:
    """Rows read that are neither accepted nor refused, over all receipts."""
    ((count,),) = rows(
        run, "select coalesce(sum(rows_read - rows_accepted - rows_refused), 0) from record.slices"
    )
    return int(str(count))


def test_the_same_file_twice_changes_nothing(run: Run, ledger: Ledger, turn: int) -> None:
    """R01"""
    step(run)
    before = rows(run, "select * from record.slices order by all")
    (run.workspace.inbox / "declarations" / "encore.csv").write_bytes(
        (run.workspace.inbox / _PLACE).read_bytes()
    )
    step(run)
    ledger.tell("R01", lost_rows=lost(run))
    assert rows(run, "select * from record.slices order by all") == before
    assert rows(run, "select status from record.files where source_file like '%encore.csv'") == [
        ("already_received",)
    ]
    assert lost(run) == 0


def test_a_corrected_declaration_replaces_and_the_old_one_stays_on_record(
    run: Run, ledger: Ledger, turn: int
) -> None:
    """R02"""
    step(run)
    send(run, "declarations/corrige.csv", "0,25")
    step(run)
    ledger.tell("R02", lost_rows=lost(run))
    assert working_time(run) == [Decimal("0.250")]
    statuses = rows(
        run,
        f"select status from record.slices where sender_siren = '{house.MEMBERS['B']}' order by landed_seq",
    )
    assert statuses == [("superseded",), ("accepted",)] and lost(run) == 0


def test_a_then_b_then_a_again_is_a_file_received_twice(run: Run, ledger: Ledger, turn: int) -> None:
    """R03: a file already received is not a new version: B stays, and the sender is told."""
    step(run)
    original = (run.workspace.inbox / _PLACE).read_bytes()
    send(run, _PLACE, "0,25")
    step(run)
    (run.workspace.inbox / _PLACE).write_bytes(original)
    step(run)
    (run.workspace.inbox / "declarations" / "retour.csv").write_bytes(original)
    step(run)
    ledger.tell("R03", lost_rows=lost(run))
    assert working_time(run) == [Decimal("0.250")]
    assert rows(run, "select count(*) from record.files where status = 'already_received'") == [(1,)]


def test_an_older_version_after_a_newer_one_does_not_replace_it(run: Run, ledger: Ledger, turn: int) -> None:
    """R04: `sent_on` decides, whatever the order of arrival."""
    send(run, _PLACE, "0,75", sent_on="2026-10-20")
    step(run)
    send(run, "declarations/ancien.csv", "0,25", sent_on="2026-10-05")
    step(run)
    ledger.tell("R04", lost_rows=lost(run))
    assert working_time(run) == [Decimal("0.750")]
    assert rows(run, "select status from record.slices where source_file like '%ancien.csv'") == [
        ("superseded",)
    ]


def test_every_row_read_is_accepted_or_refused(run: Run, ledger: Ledger, turn: int) -> None:
    """R05: with rows that are wrong, repeated, total lines, and files that are none."""
    box = run.workspace.inbox / "declarations"
    (box / "sale.csv").write_text(
        house.lines(house.MEMBERS["C"], "1")
        + f"{house.MEMBERS['C']};2026-Q3;P1;{house.MEMBERS['C']};permanent;created;2026-01-05;1\n"
        + f"{house.MEMBERS['C']};2026-Q3;P2;{house.MEMBERS['C']};permanent;created;31/02/2026;1\n"
        + "552032534;2026-Q3;P3;552032534;permanent;created;2026-01-05;1\n"
        + "Total;;;;;;;3\n"
    )
    (box / "vide.csv").write_bytes(b"")
    (box / "image.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    step(run)
    ledger.tell("R05", lost_rows=lost(run))
    assert lost(run) == 0
    ((read,),) = rows(run, "select sum(rows_read) from record.slices where source_file like '%sale.csv'")
    assert read == 5
    assert rows(run, "select count(*) from record.files where status = 'refused_file'") == [(2,)]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "quarter", "hours"),
    [
        ("2026-12-31 22:00", "2026-12-31 23:59", "2026-Q4", "1.983333"),
        ("2026-06-30 23:00", "2026-06-30 23:59", "2026-Q2", "0.983333"),
        ("2026-07-01 00:00", "2026-07-01 01:00", "2026-Q3", "1.000000"),
        ("2024-02-29 09:00", "2024-02-29 10:00", "2024-Q1", "1.000000"),
        ("2026-03-29 01:00", "2026-03-29 04:00", "2026-Q1", "2.000000"),
        ("2026-10-25 01:00", "2026-10-25 04:00", "2026-Q4", "4.000000"),
    ],
)
def test_the_edges_of_days_and_quarters(
    run: Run, ledger: Ledger, turn: int, starts_at: str, ends_at: str, quarter: str, hours: str
) -> None:
    """R13: in Paris, where one night of March has 23 hours and one of October 25."""
    path = run.workspace.inbox / "bookings" / "salle.csv"
    path.write_text(f"room,starts_at,ends_at,booked_by,status\nS1,{starts_at},{ends_at},A,confirmed\n")
    receive.receive(run)
    ledger.tell("R13", lost_rows=lost(run))
    found = rows(
        run,
        """
        select slices.quarter, cast(epoch(bookings.ends_at - bookings.starts_at) / 3600 as decimal(9, 6))
        from bookings.bookings as bookings
        inner join record.slices as slices on bookings.slice_id = slices.slice_id
        """,
    )
    assert [(told, str(length)) for told, length in found] == [(quarter, hours)]


def test_another_key_is_refused_before_anything_changes(run: Run) -> None:
    """P03: neither a missing key, nor one of another workspace, nor half a key."""
    step(run)
    database = run.workspace.raw_database.read_bytes()
    path = run.workspace.key_path
    for content in (secrets.token_hex(32), secrets.token_hex(16), "clé", None):
        path.unlink() if content is None else path.write_text(content)
        with pytest.raises(UsageError, match="clé"):
            receive.receive(house.run_of(run.workspace.root))
    assert run.workspace.raw_database.read_bytes() == database


def test_a_file_received_twice_then_withdrawn_is_told_once(run: Run) -> None:
    """The second copy stays `already_received`, and is not added again by every later run."""
    step(run)
    (run.workspace.inbox / "declarations" / "encore.csv").write_bytes(
        (run.workspace.inbox / _PLACE).read_bytes()
    )
    step(run)
    landing.withdraw(run.workspace, _PLACE, run.as_of, "Eva", "essai")
    told = []
    for _ in range(2):
        step(run)
        told.append(rows(run, "select source_file, status from record.files order by all"))
    assert told[0] == told[1]
    assert ("declarations/encore.csv", "already_received") in told[0]
    assert (_PLACE, "withdrawn") in told[0]
