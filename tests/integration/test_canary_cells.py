"""P04: a name in a cell that breaks its reader, at each door and in each failure, reaches neither terminal nor log."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from periscope import cli, models, warehouse
from periscope.errors import PeriscopeError
from periscope.workspace import Workspace
from tests.declared import workbook
from tests.faults import house
from tests.fecs import flat, line

NAME = "Zéphyrine QUINCAMPOIX"
_A, _B, _C = house.MEMBERS.values()
_POSTS = "siren;quarter;post_ref;employer_siren;contract_kind;category;started_on;working_time\n"
_CALENDAR = (
    "BEGIN:VCALENDAR\nX-WR-CALNAME:S1\nBEGIN:VEVENT\nUID:1\n{}\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR\n"
)


def is_named(said: str) -> bool:
    return "quincampoix" in said.casefold() or "phyrine" in said.casefold()


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


def test_p04_cells_that_break_their_reader(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    workspace = house.create(tmp_path / "pole")
    count = hostile_files(workspace)
    where = ["-w", str(workspace.root), "--as-of", house.AS_OF]
    assert cli.main(["ingest", *where]) == 0
    assert cli.main(["status", *where]) == 0
    said = "".join(capfd.readouterr())
    assert "Refusé" in said and not is_named(said)
    assert not is_named(workspace.log.read_text(encoding="utf-8"))
    with warehouse.connect(workspace.raw_database, read_only=True) as connection:
        (refused,) = connection.execute(
            "select count(distinct source_file) from record.refusals"
        ).fetchone() or (0,)
    assert refused == count, "every one of these files has a cell that cannot be read"


REGISTERS = {
    "members": f"member_id,siren,name,function\nA,{NAME},Alpha,{NAME}\n",
    "memberships": f"member_id,presence,joined_on\nA,{NAME},{NAME}\n",
    "grants": f"grant_id,funder_id,amount_eur,status\nG,f,{NAME},{NAME}\n",
    "consents": f"member_id,reader,scope,valid_from\n{NAME},sicoval,*,{NAME}\n",
    "corrections": f"source_file,row,column,old_value,new_value,decided_on\nx.csv,{NAME},a,{NAME},{NAME},{NAME}\n",
    "price_list": f'room_id,category,unit,amount_eur_net\n*,{NAME},"{NAME}\n',
}


@pytest.mark.parametrize("table", sorted(REGISTERS))
def test_p04_cells_of_the_register(tmp_path: Path, capfd: pytest.CaptureFixture[str], table: str) -> None:
    workspace = house.create(tmp_path / "pole")
    (workspace.register / f"{table}.csv").write_text(REGISTERS[table], encoding="utf-8")
    assert cli.main(["ingest", "-w", str(workspace.root), "--as-of", house.AS_OF]) == 2
    said = "".join(capfd.readouterr())
    assert table in said and not is_named(said)
    assert not is_named(workspace.log.read_text(encoding="utf-8"))


FAILURES: dict[str, Callable[[], BaseException]] = {
    "value": lambda: ValueError(NAME),
    "key": lambda: KeyError(NAME),
    "text": lambda: UnicodeEncodeError("ascii", NAME, 1, 2, NAME),
    "csv": lambda: csv.Error(NAME),
    "warehouse": lambda: duckdb.ConversionException(f'Could not convert string "{NAME}" to DATE'),
    "file": lambda: FileNotFoundError(2, "absent", NAME),
}


@pytest.mark.parametrize("options", [[], ["--debug"]], ids=["plain", "debug"])
@pytest.mark.parametrize("failure", sorted(FAILURES))
def test_p04_a_failure_nobody_foresaw(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    failure: str,
    options: list[str],
) -> None:
    workspace = house.create(tmp_path / "pole")

    def broken(*_: object) -> None:
        raise FAILURES[failure]()

    monkeypatch.setitem(cli._STEP_FUNCTIONS, "build", broken)
    assert cli.main(["build", "-w", str(workspace.root), "--as-of", house.AS_OF, *options]) == 1
    said = "".join(capfd.readouterr())
    assert "La publication précédente est intacte" in said and not is_named(said)
    assert ("test_canary_cells.py" in said) == bool(options), "--debug says where, not what"
    log = workspace.log.read_text(encoding="utf-8")
    assert "échec" in log and not is_named(log)


@pytest.mark.parametrize(
    "message",
    [
        f'Conversion Error: Could not convert string "{NAME}" to DATE when casting from source column x',
        f"Conversion Error: Could not convert string '{NAME}' to INT32\nLINE 3: cast('{NAME}' as int)",
        f'Constraint Error: Duplicate key "ref: l\'atelier "{NAME}", n: 1" violates primary key constraint',
    ],
)
def test_p04_a_model_that_fails_on_a_cell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, message: str
) -> None:
    node = SimpleNamespace(node=SimpleNamespace(name="crit_x"), status="error", message=message)
    result = SimpleNamespace(success=False, exception=None, result=SimpleNamespace(results=[node]))
    monkeypatch.setattr("dbt.cli.main.dbtRunner", lambda: SimpleNamespace(invoke=lambda command: result))
    with pytest.raises(PeriscopeError, match="crit_x") as failed:
        models._dbt_build([], tmp_path, {})
    assert "Error" in str(failed.value) and not is_named(str(failed.value))
