"""P01 and P04: a name that no file may keep, in every free text of a FEC, then in cells that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from periscope import warehouse
from periscope.workspace import Workspace
from release.file_texts import texts
from tests.declared import workbook
from tests.faults import house
from tests.faults.conftest import Ledger
from tests.fecs import flat, line

NAME = "Zéphyrine QUINCAMPOIX"
_NEEDLES = [
    word.encode(encoding)
    for word in ("Zéphyrine", "zéphyrine", "QUINCAMPOIX", "quincampoix", "Quincampoix")
    for encoding in ("utf-8", "cp1252", "utf-16-le")
]
_PAGES = (".html", ".csv", ".json", ".ipynb", ".xlsx", ".parquet", ".pdf", ".zip")


def named(said: bytes) -> bool:
    return any(needle in said for needle in _NEEDLES)


def files_that_name(workspace: Workspace, *kept: Path) -> list[str]:
    """Files of the workspace, opened when they are archives, that hold the name; `kept` are the originals."""
    found = []
    for path in sorted(p for p in workspace.root.rglob("*") if p.is_file()):
        if any(path.is_relative_to(folder) for folder in kept):
            continue
        told = path.read_bytes()
        if path.suffix in _PAGES:
            told += "\n".join(texts(path)).encode()
        if named(told) or named(os.fsencode(path.name)):
            found.append(str(path.relative_to(workspace.root)))
    return found


def columns_that_name(database: Path) -> list[str]:
    """Columns of every table that hold the name: compressed blocks hide a text from who only reads bytes."""
    found = []
    with warehouse.connect(database, read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_catalog = current_database() and table_type = 'BASE TABLE'"
        ).fetchall()
        for schema, table in tables:
            name = f"{warehouse.quote(schema)}.{warehouse.quote(table)}"
            rows = connection.execute(f"select lower(cast(t as varchar)) from {name} as t").fetchall()
            if any("quincampoix" in row or "zéphyrine" in row for (row,) in rows):
                found.append(f"{schema}.{table}")
    return found


def names_everywhere(workspace: Workspace) -> None:
    """C's accounts with a third party's name in every free column, in an account, and in cells that cannot be read."""
    free = ("CompAuxNum", "CompAuxLib", "EcritureLib", "PieceRef", "CompteLib", "JournalLib", "EcritureLet")
    lines = [
        line("VE Ventes", number, on, account, debit, credit) | dict.fromkeys(free, NAME)
        for number, on in (("1", "20260715"), ("2", "20260930"))
        for account, debit, credit in ((f"411{NAME}", "120,00", "0,00"), ("706000", "0,00", "120,00"))
    ]
    lines += [
        line("VE Ventes", "3", NAME, "706000", "0,00", "1,00"),
        line("VE Ventes", "4", "20260720", "706000", "0,00", NAME),
        line("VE Ventes", NAME, "20260721", NAME, "0,00", "1,00"),
    ]
    (path,) = (workspace.inbox / "revenue").iterdir()
    path.write_bytes(flat(lines))


@pytest.mark.slow
def test_p01_a_name_in_every_free_text_of_a_fec_is_nowhere_after_a_run(
    tmp_path: Path, ledger: Ledger
) -> None:
    workspace = house.create(tmp_path / "pole")
    names_everywhere(workspace)
    originals = (workspace.inbox, workspace.landed)
    assert files_that_name(workspace), "the search must be able to find the name"
    ended = house.end(house.struck(workspace.root, "none", "kill", "run"))
    ledger.tell("P01")
    assert ended.status == 0, ended.told
    assert not named(ended.told.encode())
    assert list(workspace.landed.rglob("*")), "the original is kept"
    with warehouse.connect(workspace.raw_database, read_only=True) as connection:
        assert connection.execute("select count(*) from revenue.fec_lines").fetchone() != (0,)
    assert files_that_name(workspace, *originals) == []
    assert [columns_that_name(d) for d in (workspace.raw_database, workspace.database)] == [[], []]
    assert (workspace.warehouse / "dbt").is_dir() and workspace.log.is_file(), "both were searched"


@pytest.mark.parametrize("point", ["rows written, not committed", "rows committed"])
def test_p01_nor_in_the_journals_and_temporary_files_of_a_run_struck_down(
    tmp_path: Path, ledger: Ledger, point: str, turn: int
) -> None:
    workspace = house.create(tmp_path / "pole")
    names_everywhere(workspace)
    ended = house.end(house.struck(workspace.root, point, "kill", "run"))
    ledger.tell("P01")
    assert ended.status != 0 and not named(ended.told.encode())
    assert files_that_name(workspace, workspace.inbox, workspace.landed) == []


_A, _B, _C = house.MEMBERS.values()
_POSTS = "siren;quarter;post_ref;employer_siren;contract_kind;category;started_on;working_time\n"
_CALENDAR = (
    "BEGIN:VCALENDAR\nX-WR-CALNAME:S1\nBEGIN:VEVENT\nUID:1\n{}\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR\n"
)


def hostile_files(workspace: Workspace) -> int:
    """Files of every format with the name where a date, a number, a code or a whole line is expected."""
    box = workspace.inbox
    for path in box.rglob("*.*"):
        path.unlink()
    header = ["project_ref", "holder_surname", "holder_first_name", "holder_birth_date", "title", "support_threshold_on"]  # fmt: skip
    broken = ["P1", "Dupré", "Luc", NAME, "Atelier", NAME]
    sheets = {"structure": [["siren", "quarter"], [_A, "2026-Q3"]], "accompagnement": [header, broken]}
    workbook(box / "declarations" / "1.xlsx", sheets)
    workbook(box / "declarations" / "2.xlsx", sheets | {"structure": [["siren", "quarter"], [NAME, NAME]]})
    post = f"{_B};2026-Q3;P1;{_B};permanent;created;2026-01-05;1\n"
    texts = {
        "declarations/3.csv": _POSTS + post.replace("2026-01-05", NAME) + post.replace("permanent", NAME),
        "declarations/4.csv": _POSTS + post.replace(_B, NAME),
        "declarations/5.csv": _POSTS + post.strip() + f";{NAME};{NAME}\n",
        "declarations/6.csv": _POSTS + f'"{NAME};2026-Q3\n' + post,
        "declarations/7.csv": f"{NAME};{NAME}\n{NAME};{NAME}\n",
        "revenue/8.csv": f"siren;quarter;period_start;period_end;net_turnover_eur\n{_B};2026-Q3;{NAME};2026-09-30;{NAME}\n",
        "bookings/9.csv": f"room,starts_at,ends_at,booked_by,status\n{NAME},{NAME},2026-07-06 12:00,{NAME},{NAME}\n",
        "bookings/10.ics": _CALENDAR.format(f"DTSTART:{NAME}"),
        "bookings/11.ics": _CALENDAR.format(f"DTSTART:20260701T080000Z\nDTEND:20260701T090000Z\nRRULE:FREQ={NAME}"),
        "bookings/12.ics": _CALENDAR.format(f"DTSTART;TZID={NAME}:20260701T080000\nDURATION:{NAME}"),
        "bookings/13.sql": f"CREATE TABLE mrbs_entry (id int);\nINSERT INTO mrbs_entry VALUES ('{NAME}', {NAME});\n",
    }  # fmt: skip
    for name, content in texts.items():
        (box / name).write_text(content, encoding="utf-8")
    lines = [line("VE Ventes", "1", "20260715", "706000", "0,00", "10,00"), line("VE Ventes", "1", NAME, NAME, NAME, NAME)]  # fmt: skip
    (box / "revenue" / f"{_C}FEC20260930.txt").write_bytes(flat(lines))
    (box / "revenue" / f"{_B}FEC20260930.xml").write_text(
        f"<comptabilite><exercice><DateCloture>{NAME}</DateCloture><journal><{NAME}>", encoding="utf-8"
    )
    return len(list(box.rglob("*.*")))


@pytest.mark.slow
def test_p04_cells_that_break_their_reader(tmp_path: Path, ledger: Ledger, turn: int) -> None:
    workspace = house.create(tmp_path / "pole")
    count = hostile_files(workspace)
    said = house.told(workspace.root, "ingest") + house.told(workspace.root, "status")
    ledger.tell("P04")
    assert "Refusé" in said and not named(said.encode())
    assert not named(workspace.log.read_bytes())
    refused = house.ask(workspace.root, "select count(distinct source_file) from record.refusals")
    assert refused == [(count,)], "every one of these files has a cell that cannot be read"


REGISTERS = {
    "members": f"member_id,siren,name,function\nA,{NAME},Alpha,{NAME}\n",
    "memberships": f"member_id,presence,joined_on\nA,{NAME},{NAME}\n",
    "grants": f"grant_id,funder_id,amount_eur,status\nG,f,{NAME},{NAME}\n",
    "consents": f"member_id,reader,scope,valid_from\n{NAME},sicoval,*,{NAME}\n",
    "corrections": f"source_file,row,column,old_value,new_value,decided_on\nx.csv,{NAME},a,{NAME},{NAME},{NAME}\n",
    "price_list": f'room_id,category,unit,amount_eur_net\n*,{NAME},"{NAME}\n',
}


@pytest.mark.parametrize("table", sorted(REGISTERS))
@pytest.mark.slow
def test_p04_cells_of_the_register(tmp_path: Path, ledger: Ledger, table: str, turn: int) -> None:
    workspace = house.create(tmp_path / "pole")
    (workspace.register / f"{table}.csv").write_text(REGISTERS[table], encoding="utf-8")
    ended = house.end(house.struck(workspace.root, "none", "kill", "ingest"))
    ledger.tell("P04")
    assert ended.status == 2 and table in ended.told and not named(ended.told.encode())
    assert not named(workspace.log.read_bytes())
