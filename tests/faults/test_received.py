"""R01 to R05 and R13: what is received again, late, corrected or at the edge of a day is neither lost nor counted twice."""

from __future__ import annotations

import csv
import secrets
from decimal import Decimal
from pathlib import Path

import pytest

from periscope.workspace import Workspace
from tests.faults import house
from tests.faults.conftest import Ledger

pytestmark = pytest.mark.slow

_PLACE = "declarations/postes-B.csv"


@pytest.fixture(scope="session")
def received(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = house.create(tmp_path_factory.mktemp("received") / "pole").root
    step(root)
    return root


@pytest.fixture
def root(received: Path, tmp_path: Path) -> Path:
    """A pole whose files are received and judged."""
    return house.copy(received, tmp_path / "pole")


def step(root: Path) -> None:
    """The program as far as the gate, which says what replaces what."""
    for command in ("ingest", "check"):
        house.told(root, command)


def send(root: Path, name: str, share: str, sent_on: str = "") -> None:
    text = house.lines(house.MEMBERS["B"], share)
    if sent_on:
        header, row = text.splitlines()
        text = f"{header};sent_on\n{row};{sent_on}\n"
    (root / "inbox" / name).write_text(text)


def working_time(root: Path) -> list[Decimal]:
    """Working time of B's post, as the active slices say."""
    found = house.ask(
        root,
        f"""
        select posts.working_time from declarations.posts as posts
        inner join record.slices as slices on posts.slice_id = slices.slice_id
        where slices.is_active and posts.sender_siren = '{house.MEMBERS["B"]}'
        """,
    )
    return [Decimal(str(value)) for (value,) in found]


def lost(root: Path) -> int:
    """Rows read that are neither accepted nor refused, over all receipts."""
    ((count,),) = house.ask(
        root, "select coalesce(sum(rows_read - rows_accepted - rows_refused), 0) from record.slices"
    )
    return int(str(count))


def test_the_same_file_twice_changes_nothing(root: Path, ledger: Ledger, turn: int) -> None:
    """R01"""
    step(root)
    before = house.ask(root, "select * from record.slices order by all")
    (root / "inbox" / "declarations" / "encore.csv").write_bytes((root / "inbox" / _PLACE).read_bytes())
    step(root)
    ledger.tell("R01", lost_rows=lost(root))
    assert house.ask(root, "select * from record.slices order by all") == before
    assert house.ask(root, "select status from record.files where source_file like '%encore.csv'") == [
        ("already_received",)
    ]
    assert lost(root) == 0


def test_a_corrected_declaration_replaces_and_the_old_one_stays_on_record(
    root: Path, ledger: Ledger, turn: int
) -> None:
    """R02"""
    step(root)
    send(root, "declarations/corrige.csv", "0,25")
    step(root)
    ledger.tell("R02", lost_rows=lost(root))
    assert working_time(root) == [Decimal("0.250")]
    statuses = house.ask(
        root,
        f"select status from record.slices where sender_siren = '{house.MEMBERS['B']}' order by landed_seq",
    )
    assert statuses == [("superseded",), ("accepted",)] and lost(root) == 0


def test_a_file_corrected_under_its_own_name_is_proved_once(computed: Path, tmp_path: Path) -> None:
    """Both versions stay on record under one name: only the one that counts is behind the figure."""
    root = house.copy(computed, tmp_path / "pole")
    send(root, _PLACE, "0,25")
    house.told(root, "run")
    with (root / "published" / house.QUARTER / "internal" / "figures.csv").open(newline="") as file:
        (figure,) = (
            line["figure_id"]
            for line in csv.DictReader(file)
            if (line["indicator_id"], line["period"], line["perimeter"], line["item"])
            == ("jobs_fte", house.QUARTER, "members", "B")
        )
    told = house.told(root, "explain", figure)
    assert "La somme des lignes (1) fait 0,25." in told and told.count(_PLACE) == 1, told


def test_a_then_b_then_a_again_is_a_file_received_twice(root: Path, ledger: Ledger, turn: int) -> None:
    """R03: a file already received is not a new version: B stays, and the sender is told."""
    step(root)
    original = (root / "inbox" / _PLACE).read_bytes()
    send(root, _PLACE, "0,25")
    step(root)
    (root / "inbox" / _PLACE).write_bytes(original)
    step(root)
    (root / "inbox" / "declarations" / "retour.csv").write_bytes(original)
    step(root)
    ledger.tell("R03", lost_rows=lost(root))
    assert working_time(root) == [Decimal("0.250")]
    assert house.ask(root, "select count(*) from record.files where status = 'already_received'") == [(1,)]


def test_an_older_version_after_a_newer_one_does_not_replace_it(
    root: Path, ledger: Ledger, turn: int
) -> None:
    """R04: `sent_on` decides, whatever the order of arrival."""
    send(root, _PLACE, "0,75", sent_on="2026-10-20")
    step(root)
    send(root, "declarations/ancien.csv", "0,25", sent_on="2026-10-05")
    step(root)
    ledger.tell("R04", lost_rows=lost(root))
    assert working_time(root) == [Decimal("0.750")]
    assert house.ask(root, "select status from record.slices where source_file like '%ancien.csv'") == [
        ("superseded",)
    ]


def test_every_row_read_is_accepted_or_refused(root: Path, ledger: Ledger, turn: int) -> None:
    """R05: with rows that are wrong, repeated, total lines, and files that are none."""
    box = root / "inbox" / "declarations"
    (box / "sale.csv").write_text(
        house.lines(house.MEMBERS["C"], "1")
        + f"{house.MEMBERS['C']};2026-Q3;P1;{house.MEMBERS['C']};permanent;created;2026-01-05;1\n"
        + f"{house.MEMBERS['C']};2026-Q3;P2;{house.MEMBERS['C']};permanent;created;31/02/2026;1\n"
        + "552032534;2026-Q3;P3;552032534;permanent;created;2026-01-05;1\n"
        + "Total;;;;;;;3\n"
    )
    (box / "vide.csv").write_bytes(b"")
    (box / "image.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    step(root)
    ledger.tell("R05", lost_rows=lost(root))
    assert lost(root) == 0
    ((read,),) = house.ask(
        root, "select sum(rows_read) from record.slices where source_file like '%sale.csv'"
    )
    assert read == 5
    assert house.ask(root, "select count(*) from record.files where status = 'refused_file'") == [(2,)]


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
    tmp_path: Path, ledger: Ledger, turn: int, starts_at: str, ends_at: str, quarter: str, hours: str
) -> None:
    """R13: in Paris, where one night of March has 23 hours and one of October 25."""
    root = house.create(tmp_path / "pole").root
    path = root / "inbox" / "bookings" / "salle.csv"
    path.write_text(f"room,starts_at,ends_at,booked_by,status\nS1,{starts_at},{ends_at},A,confirmed\n")
    house.told(root, "ingest")
    ledger.tell("R13", lost_rows=lost(root))
    found = house.ask(
        root,
        """
        select slices.quarter, cast(epoch(bookings.ends_at - bookings.starts_at) / 3600 as decimal(9, 6))
        from bookings.bookings as bookings
        inner join record.slices as slices on bookings.slice_id = slices.slice_id
        """,
    )
    assert [(told, str(length)) for told, length in found] == [(quarter, hours)]


@pytest.mark.parametrize(
    "content",
    [secrets.token_hex(32), secrets.token_hex(16), "clé", None],
    ids=["other", "half", "none of hexadecimal", "missing"],
)
def test_another_key_is_refused_before_anything_changes(
    root: Path, ledger: Ledger, content: str | None, turn: int
) -> None:
    """P03: neither a missing key, nor one of another workspace, nor half a key."""
    workspace = Workspace(root)
    before = workspace.raw_database.read_bytes()
    workspace.key_path.unlink()
    if content:
        workspace.key_path.write_text(content)
    house.late_file(root)
    ended = house.end(house.struck(root, "none", "kill", "ingest"))
    ledger.tell("P03")
    assert ended.status == 2 and "clé" in ended.told
    assert workspace.raw_database.read_bytes() == before


def test_a_file_received_twice_then_withdrawn_is_told_once(root: Path) -> None:
    """The second copy stays `already_received`, and is not added again by every later run."""
    step(root)
    (root / "inbox" / "declarations" / "encore.csv").write_bytes((root / "inbox" / _PLACE).read_bytes())
    step(root)
    house.told(root, "withdraw", _PLACE, "--by", "Eva", "--reason", "essai")
    told = []
    for _ in range(2):
        step(root)
        told.append(house.ask(root, "select source_file, status from record.files order by all"))
    assert told[0] == told[1]
    assert ("declarations/encore.csv", "already_received") in told[0]
    assert (_PLACE, "withdrawn") in told[0]
