"""The whole walk on files that nobody here wrote: accounts, calendars, holidays."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from periscope import cli, template, warehouse
from periscope.workspace import Workspace
from tests import samples

pytestmark = [samples.needs_samples, pytest.mark.samples, pytest.mark.slow]

AS_OF = "2026-11-23"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    made = template.create(tmp_path_factory.mktemp("real") / "pole")
    members, memberships = ["member_id,siren,name"], ["member_id,presence,joined_on"]
    for number, path in enumerate(samples.files("fec")):
        member = f"M{number:02d}"
        members.append(f"{member},9{number:08d},Membre {number}")
        memberships.append(f"{member},permanent_resident,2010-01-01")
        folder = made.inbox / "revenue" / member
        folder.mkdir(parents=True)
        shutil.copy(path, folder / path.name)
    rooms, hours = ["room_id,name"], ["room_id,weekday,opens_at,closes_at"]
    for number, path in enumerate(samples.files("ics")):
        rooms.append(f'R{number:03d},"{path.stem}"')
        shutil.copy(path, made.inbox / "bookings" / path.name)
    hours += [f"*,{weekday},08:00,20:00" for weekday in range(1, 6)]
    for name, lines in (
        ("members", members),
        ("memberships", memberships),
        ("rooms", rooms),
        ("opening_hours", hours),
    ):
        (made.register / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert cli.main(["run", "-w", str(made.root), "--as-of", AS_OF, "--quarter", "2025-Q4"]) == 0
    yield made


def receipts(workspace: Workspace) -> list[dict[str, str]]:
    path = workspace.published / "2025-Q4" / "internal" / "receipts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_turnover_is_that_of_the_independent_readers(workspace: Workspace) -> None:
    with warehouse.connect(workspace.raw_database, read_only=True) as connection:
        found = dict(
            connection.execute(
                "select slices.source_file, sum(credit_eur - debit_eur) from revenue.fec_lines "
                "inner join record.slices using (slice_id) "
                "where account_code like '70%' and role = 'normal' group by 1"
            ).fetchall()
        )
    truth = samples.truth("fec")
    by_name = {Path(name).name: amount for name, amount in found.items()}
    checked = 0
    for name in {name for name, _ in truth}:
        total = truth.get((name, "turnover: credits-debits on accounts 70*"))
        without_opening = next(
            (v for (n, m), v in truth.items() if n == name and "without the opening" in m), total
        )
        if without_opening is not None:
            assert by_name.get(name, Decimal(0)) == Decimal(without_opening), name
            checked += 1
    assert checked == 16


def test_every_file_is_answered_for(workspace: Workspace) -> None:
    told = receipts(workspace)
    sent = {
        path.relative_to(workspace.inbox).as_posix() for path in workspace.inbox.rglob("*") if path.is_file()
    }
    assert {row["file"] for row in told} == sent
    for row in told:
        assert int(row["rows_read"]) == int(row["rows_accepted"]) + int(row["rows_refused"]), row["file"]


def test_refused_files_say_why(workspace: Workspace) -> None:
    refused = {row["file"] for row in receipts(workspace) if row["status"] == "refused_file"}
    assert refused
    told = ""
    for path in (workspace.returns / "2025-Q4").glob("*.csv"):
        told += path.read_text(encoding="utf-8")
    for name in refused:
        assert name in told or Path(name).name in told


def test_pages_are_there_for_every_reader(workspace: Workspace) -> None:
    published = workspace.published / "2025-Q4"
    assert (published / "committee" / "dashboard.html").stat().st_size > 10_000
    assert (published / "internal" / "figures.csv").exists()


def test_public_holidays_equal_the_official_list(workspace: Workspace) -> None:
    path = (
        samples.FOLDER / "reference" / "etalab+jours-feries-france-data__data~csv~jours_feries_metropole.csv"
    )
    with path.open(encoding="utf-8", newline="") as file:
        official = {
            row["date"] for row in csv.DictReader(file) if row["date"][:4] in ("2024", "2025", "2026")
        }
    with warehouse.connect(workspace.raw_database, read_only=True) as connection:
        ours = {
            str(row[0])
            for row in connection.execute(
                "select holiday_on from register.public_holidays where year(holiday_on) between 2024 and 2026"
            ).fetchall()
        }
    assert ours == official
