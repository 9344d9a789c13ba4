"""A three-member pole driven by its commands, and a small model of what must be true of it, whatever the order.

Commands run in this process, where dbt and Great Expectations stay loaded; only a kill has a process of its own.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import functools
import hashlib
import importlib
import io
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

from expectations import gate
from periscope import cli, models, template
from periscope.records import read_lines
from periscope.state import hash_tree
from periscope.workspace import Workspace
from release import record
from tests.faults import driver, house
from tests.stateful.strike import CRITERIA, POINTS

PERSON = ("Zeltenmark", "Ysoline")
_HEADERS = {
    "posts": "siren;quarter;sent_on;post_ref;employer_siren;contract_kind;category;started_on;working_time",
    "turnover": "siren;quarter;sent_on;period_start;period_end;net_turnover_eur;source",
    "supported_projects": "siren;quarter;sent_on;project_ref;title;holder_surname;holder_first_name;support_threshold_on",
}
KINDS = tuple(_HEADERS)
#: the figure that each kind makes; a supported project counts for one
_FIGURES = {"posts": "jobs_fte", "turnover": "turnover_total", "supported_projects": "supported_projects"}


@dataclass
class Sent:
    """One file that a member sent; `batch` is the run that received it, 0 while it waits in the inbox."""

    name: str
    member: str
    quarter: str
    kind: str
    amount: Decimal
    sent_on: str
    row_count: int
    content: bytes = b""
    batch: int = 0
    is_withdrawn: bool = False


@contextlib.contextmanager
def commands_here() -> Iterator[None]:
    """Every command of the block computes a few criteria only, and judges files in this process."""
    build = functools.partial(models.build, select=CRITERIA)
    unwritten = mock.patch.dict(os.environ, {"DBT_WRITE_JSON": "false"})
    with (
        unwritten,
        mock.patch.object(models, "build", build),
        mock.patch.object(gate, "Judge", driver.JudgeHere),
    ):
        yield


class World:
    """The pole and its model. `quarters` are evaluated in order, each until it is closed."""

    def __init__(self, root: Path, quarters: list[str]) -> None:
        self.root, self.quarters = root, quarters
        _register(root)
        self.sent: list[Sent] = []
        self.closed: dict[str, dict[str, str]] = {}
        self.frozen: dict[str, str] = {}
        self.happened: Counter[str] = Counter()
        self._batch = 0
        self._copies = 0

    @property
    def quarter(self) -> str:
        """The quarter being evaluated: the first that is not closed, or the last of all."""
        return next((q for q in self.quarters if q not in self.closed), self.quarters[-1])

    @property
    def is_over(self) -> bool:
        return len(self.closed) == len(self.quarters)

    @property
    def pending(self) -> list[Sent]:
        return [one for one in self.sent if not one.batch]

    # what people do

    def send(
        self, kind: str, member: str, quarter: str, sent_on: str = "", *, has_bad_row: bool = False
    ) -> None:
        """A first version, a correction or a late file, with an amount that no other file has."""
        number = len(self.sent) + 1
        amount = {"posts": Decimal(500 + number) / 1000, "turnover": Decimal(10_000 + number)}.get(
            kind, Decimal(1)
        )
        year, start = quarter[:4], f"{quarter[:4]}-{3 * int(quarter[-1]) - 2:02}"
        siren = house.MEMBERS[member]
        middle = f"{start}-15"
        ends = {"1": "03-31", "2": "06-30", "3": "09-30", "4": "12-31"}[quarter[-1]]
        rows = {
            "posts": ["P1", siren, "permanent", "created", "2015-01-05", str(amount)],
            "turnover": [f"{start}-01", f"{year}-{ends}", str(amount), "declared"],
            "supported_projects": ["R1", f"Projet {number}", *PERSON, middle],
        }
        bad = {
            "posts": ["P2", siren, "permanent", "created", "31/02/2015", "1"],
            "turnover": [f"{start}-01", f"{year}-{ends}", "1.725.000", "certificate"],
            "supported_projects": ["R2", "Autre", "Quorvane", "Aldebert", "31/02/2015"],
        }
        lines = [
            _HEADERS[kind],
            *(
                ";".join([siren, quarter, sent_on, *cells])
                for cells in [rows[kind], *([bad[kind]] * has_bad_row)]
            ),
        ]
        folder = "revenue" if kind == "turnover" else "declarations"
        one = Sent(f"{folder}/{number:04}.csv", member, quarter, kind, amount, sent_on, len(lines) - 1)
        one.content = ("\n".join(lines) + "\n").encode()
        (self.root / "inbox" / one.name).write_bytes(one.content)
        self.sent.append(one)

    def send_again(self, one: Sent) -> None:
        """The same bytes under another name."""
        self._copies += 1
        folder = self.root / "inbox" / one.name.split("/")[0]
        (folder / f"z{self._copies:04}.csv").write_bytes(one.content)

    def run(self) -> None:
        assert self.command("run", "--quarter", self.quarter) == 0, self.told
        self._received()
        self.check()

    def close(self) -> None:
        quarter = self.quarter
        assert self.command("close", quarter, "--by", "Eva") == 0, self.told
        self._received()
        self._note_closing(quarter)
        self.check_closed()

    def withdraw(self, one: Sent) -> None:
        assert self.command("withdraw", one.name, "--by", "Eva", "--reason", "essai") == 0, self.told
        one.is_withdrawn = True
        self._batch += 1

    def erase(self) -> None:
        """The person leaves every byte of the workspace, and no figure moves."""
        answers = io.StringIO("\n".join([*PERSON, ""]) + "\n")
        with mock.patch("sys.stdin", answers):
            status = self.command("erase", "--quarter", self.quarter, "--by", "Eva", "--reason", "demande")
        assert status == 0, self.told
        for path in self.root.rglob("*"):
            assert not path.is_file() or PERSON[0].encode() not in path.read_bytes(), path.name
        # a quarter never published is not published by an erasure
        self.run()

    def crash(self, point: str, how: str, command: str) -> None:
        """Strike `command` at a point; what it leaves is whole, and the model learns what it had time to do."""
        quarter = self.quarter
        line = ["run", "--quarter", quarter] if command == "run" else ["close", quarter, "--by", "Eva"]
        status = self._killed(point, line) if how == "kill" else self._failed(point, line)
        assert status in (0, 1, -9), self.told
        self.happened[f"{how} {command}" if status else f"{command} not struck"] += 1
        record.settle(Workspace(self.root))  # what the next command does first
        for folder in (self.root / "published").iterdir():
            assert is_whole(folder), f"{folder.name} is half published after {point}"
        journal = read_lines(self.root / "warehouse" / "landed" / "journal.jsonl")
        landed = {entry["file_id"] for entry in journal}
        if all(hashlib.sha256(one.content).hexdigest() in landed for one in self.pending):
            self._received()
        if quarter in {entry["quarter"] for entry in read_lines(self.root / "record" / "closings.jsonl")}:
            self._note_closing(quarter)
        if command == "run" and status == 0:
            self.check()
        self.check_closed()

    # what must be true

    def check(self) -> None:
        """Figures, receipts and closed quarters after a run of the quarter being evaluated."""
        told = self._figures(self.root, self.quarter)
        for quarter in self.quarters[: self.quarters.index(self.quarter) + 1]:
            expected = self.expected(quarter)
            for indicator, value in expected.items():
                row = told.get((indicator, quarter))
                if quarter == self.quarter and quarter not in self.closed:
                    assert _amount(row) == value, (indicator, quarter)
                elif quarter in self.closed and self._is_computed(quarter) and not self.is_over:
                    was = self.closed[quarter].get(indicator, "")
                    is_same = (Decimal(was) if was else None) == value
                    is_restated = row is not None and row["status"] == "restated"
                    assert is_restated != is_same, (indicator, quarter, was, value)
                    assert is_same or _amount(row) == value, (indicator, quarter)
        self._check_receipts()
        self.check_closed()

    def check_closed(self) -> None:
        """Every closed quarter is byte for byte what it was, and verifies."""
        for quarter, digest in self.frozen.items():
            assert self._frozen_hash(quarter) == digest, quarter
            assert self.command("verify", quarter) == 0, self.told

    def check_fresh(self, root: Path) -> None:
        """A new workspace that receives only the files that count tells the same figures of the quarter."""
        if self.is_over:
            return
        fresh = World(root, [self.quarter])
        for one in self.sent:
            if self._standing(one.kind, one.member, one.quarter) is one:
                (root / "inbox" / one.name).write_bytes(one.content)
        assert fresh.command("run", "--quarter", self.quarter) == 0, fresh.told
        mine, other = (_comparable(world.root, self.quarter) for world in (self, fresh))
        assert mine == other

    def expected(self, quarter: str) -> dict[str, Decimal | None]:
        """Value of each figure: the sum of what counts; nothing when nobody answered, never zero."""
        found: dict[str, Decimal | None] = {}
        for kind, indicator in _FIGURES.items():
            standing = [one for m in house.MEMBERS if (one := self._standing(kind, m, quarter)) and one.batch]
            found[indicator] = sum((one.amount for one in standing), Decimal(0)) if standing else None
        return found

    def _standing(self, kind: str, member: str, quarter: str) -> Sent | None:
        """The version that counts, by the words of the contract."""
        versions = [
            one
            for one in self.sent
            if one.batch
            and not one.is_withdrawn
            and (one.kind, one.member, one.quarter) == (kind, member, quarter)
        ]
        last: Sent | None = None
        for one in versions:
            together = [v for v in versions if v.batch == one.batch and v is not one]
            if any(not (v.sent_on and one.sent_on and v.sent_on != one.sent_on) for v in together):
                continue
            is_older = last and last.sent_on and one.sent_on and one.sent_on < last.sent_on
            last = last if is_older else one
        return last

    # how it is done

    def command(self, *line: str) -> int:
        """Exit status of one command run here; what it printed is in `told`."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            status = cli.main([*line, "-w", str(self.root), "--as-of", house.AS_OF])
        self.told = out.getvalue()
        self.happened[line[0]] += 1
        return status

    def _killed(self, point: str, line: list[str]) -> int:
        ended = house.end(house.start(self.root, point, "kill", *line, module="tests.stateful.strike"))
        self.told = ended.told
        return ended.status

    def _failed(self, point: str, line: list[str]) -> int:
        module_name, name, when = POINTS[point]
        module = importlib.import_module(module_name)
        with mock.patch.object(module, name, _failing(getattr(module, name), when)):
            return self.command(*line)

    def _received(self) -> None:
        if self.pending:
            self._batch += 1
        for one in self.pending:
            one.batch = self._batch

    def _note_closing(self, quarter: str) -> None:
        rows = self._figures(self.root, quarter)
        self.closed[quarter] = {i: row["value"] for (i, period), row in rows.items() if period == quarter}
        self.frozen[quarter] = self._frozen_hash(quarter)
        for indicator, value in self.expected(quarter).items():
            assert _amount(rows.get((indicator, quarter))) == value, (indicator, quarter)

    def _frozen_hash(self, quarter: str) -> str:
        places = [self.root / "published" / quarter, self.root / "record" / "closed" / quarter]
        return hash_tree(places, self.root)

    def _is_computed(self, quarter: str) -> bool:
        """A run looks two whole years back."""
        return int(quarter[:4]) >= int(self.quarter[:4]) - 2

    @staticmethod
    def _figures(root: Path, quarter: str) -> dict[tuple[str, str], dict[str, str]]:
        """Whole-pole rows of the internal edition, by indicator and period."""
        rows = _rows(root / "published" / quarter / "internal" / "figures.csv")
        kept = ("members", "all", "all")
        return {
            (r["indicator_id"], r["period"]): r
            for r in rows
            if (r["perimeter"], r["dimension"], r["item"]) == kept
        }

    def _check_receipts(self) -> None:
        receipts = _rows(self.root / "published" / self.quarter / "internal" / "receipts.csv")
        for row in receipts:
            assert int(row["rows_read"]) == int(row["rows_accepted"]) + int(row["rows_refused"]), row["file"]
        # a withdrawn file is never read again: once an erasure had all read anew, its receipt counts no row
        forgets = bool(self.happened["erase"])
        received = sum(one.row_count for one in self.sent if one.batch and not (forgets and one.is_withdrawn))
        told = sum(int(r["rows_read"]) for r in receipts if not (forgets and r["status"] == "withdrawn"))
        assert self.quarter in self.closed or told == received


def _register(root: Path) -> None:
    register = template.create(root).register
    (register / "members.csv").write_text(
        "member_id,siren,name,function\n"
        + "".join(f"{m},{siren},Membre {m},creation_support\n" for m, siren in house.MEMBERS.items())
    )
    (register / "memberships.csv").write_text(
        "member_id,presence,joined_on\n"
        + "".join(f"{m},permanent_resident,2010-01-01\n" for m in house.MEMBERS)
    )


def _failing(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    def failing(*arguments: Any, **named: Any) -> Any:
        if when == "after":
            function(*arguments, **named)
        raise OSError(errno.ENOSPC, "No space left on device")

    return failing


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _amount(row: dict[str, str] | None) -> Decimal | None:
    return Decimal(row["value"]) if row and row["value"] else None


def _comparable(root: Path, quarter: str) -> list[dict[str, str]]:
    """Rows of the quarter and of its year; closings change the status of a row, not what it says."""
    rows = _rows(root / "published" / quarter / "internal" / "figures.csv")
    return [{**row, "status": ""} for row in rows if row["period"] in (quarter, quarter[:4])]


def is_whole(folder: Path) -> bool:
    """True when each reader's folder holds the files of its manifest, as the manifest says them."""
    for reader in (path for path in folder.iterdir() if path.is_dir()):
        files = json.loads((reader / "manifest.json").read_text(encoding="utf-8"))["files"]
        for name, digest in files.items():
            if hashlib.sha256((reader / name).read_bytes()).hexdigest() != digest:
                return False
    return True
