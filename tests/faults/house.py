"""A three-member pole on disk, and the real program started on it in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from ingest import contained
from periscope import template, warehouse
from periscope.models import PROJECT
from periscope.quarters import Quarter
from periscope.state import hash_tree
from periscope.workspace import PRIVATE_UMASK, Run, Workspace
from tests.declared import workbook

AS_OF = "2026-11-23"
QUARTER = "2026-Q3"
#: what is drawn at random is drawn again the same; `make faults` gives another seed each day
SEED = int(os.environ.get("PERISCOPE_SEED", "17"))
MEMBERS = {"A": "732829320", "B": "356000000", "C": "880878145"}
_POSTS = "siren;quarter;post_ref;employer_siren;contract_kind;category;started_on;working_time\n"
_FEC = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|"
    "EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise\n"
)


def lines(siren: str, full_time_share: str) -> str:
    return _POSTS + f"{siren};{QUARTER};P1;{siren};permanent;created;2026-01-05;{full_time_share}\n"


def create(root: Path) -> Workspace:
    """Registers, and one file of each format; every text is invented."""
    before = os.umask(PRIVATE_UMASK)
    workspace = template.create(root)
    os.umask(before)
    (workspace.register / "members.csv").write_text(
        "member_id,siren,name,function\n"
        + "".join(f"{m},{siren},Membre {m},creation_support\n" for m, siren in MEMBERS.items())
    )
    (workspace.register / "memberships.csv").write_text(
        "member_id,presence,joined_on\n" + "".join(f"{m},permanent_resident,2020-01-01\n" for m in MEMBERS)
    )
    (workspace.register / "rooms.csv").write_text("room_id,name,opened_on\nS1,Grande salle,2020-01-01\n")
    (workspace.register / "opening_hours.csv").write_text(
        "room_id,weekday,opens_at,closes_at\n" + "".join(f"*,{day},08:00,18:00\n" for day in range(1, 6))
    )
    box = workspace.inbox
    workbook(
        box / "declarations" / "a.xlsx",
        {
            "structure": [["siren", "quarter"], [MEMBERS["A"], QUARTER]],
            "accompagnement": [
                ["project_ref", "holder_surname", "holder_first_name", "holder_birth_date", "title", "support_threshold_on"],
                ["P1", "Zeltenmark", "Ysoline", date(1988, 3, 7), "Atelier", date(2026, 7, 20)],
                ["P2", "Dupré", "Luc", date(1990, 1, 1), "Épicerie", date(2026, 8, 1)],
            ],
        },
    )  # fmt: skip
    for member in ("A", "B"):
        (box / "declarations" / f"postes-{member}.csv").write_text(lines(MEMBERS[member], "1"))
    (box / "revenue" / f"{MEMBERS['C']}FEC20260930.txt").write_text(
        _FEC
        + "VE|Ventes|1|20260715|411000|Clients|C1|Ysoline Zeltenmark|F1|20260715|Facture|120,00|0,00|||20260731||\n"
        + "VE|Ventes|1|20260715|706000|Prestations|||F1|20260715|Facture|0,00|120,00|||20260731||\n"
        + "VE|Ventes|2|20260930|411000|Clients|C2|Autre|F2|20260930|Facture|80,00|0,00|||20260930||\n"
        + "VE|Ventes|2|20260930|706000|Prestations|||F2|20260930|Facture|0,00|80,00|||20260930||\n"
    )
    (box / "bookings" / "salle.csv").write_text(
        "room,starts_at,ends_at,booked_by,status\nS1,2026-07-06 09:00,2026-07-06 12:00,A,confirmed\n"
        "S1,2026-07-07 09:00,2026-07-07 10:00,inconnu,confirmed\n"
    )
    return workspace


def late_file(root: Path) -> None:
    """What arrives between two publications."""
    (root / "inbox" / "declarations" / "postes-C.csv").write_text(lines(MEMBERS["C"], "0,5"))


def copy(root: Path, target: Path) -> Path:
    shutil.copytree(root, target, symlinks=True)
    return target


def start(
    root: Path,
    *command: str,
    module: str = "periscope.cli",
    prefix: tuple[str, ...] = (),
    output: IO[str] | int = subprocess.PIPE,
    **environment: str,
) -> subprocess.Popen[str]:
    """The program in a process of its own."""
    line = [*prefix, sys.executable, "-m", module, *command, "-w", str(root), "--as-of", AS_OF]
    return subprocess.Popen(
        line,
        cwd=PROJECT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status and all it printed."""

    status: int
    told: str


def run(root: Path, *command: str, answers: str = "", **environment: str) -> Ended:
    return end(start(root, *command, **environment), answers)


def end(process: subprocess.Popen[str], answers: str = "") -> Ended:
    out, errors = process.communicate(answers, timeout=600)
    return Ended(process.returncode, (out or "") + errors)


def struck(
    root: Path, point: str, how: str, *command: str, built: Path | None = None
) -> subprocess.Popen[str]:
    """The program struck at a point (tests.faults.driver); `built` is where dbt's result for these files is kept.

    It is forked from this process, where what it imports is loaded once: importing is most of what a small run costs.
    """
    from tests.faults import driver

    driver.preload()
    contained.stop()  # a reader that this process may have is not shared
    line = [point, how, *command, "-w", str(root), "--as-of", AS_OF]
    return subprocess.Popen(
        ["true"],  # never reached: the forked process is the program, and ends there
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: driver.forked(line, built),
    )


def told(root: Path, *command: str, built: Path | None = None) -> str:
    """What a command that must succeed printed, in a process of its own."""
    ended = end(struck(root, "none", "kill", *command, built=built))
    assert ended.status == 0, ended.told
    return ended.told


def ask(root: Path, sql: str) -> list[tuple[object, ...]]:
    """Rows of the raw warehouse."""
    with warehouse.connect(Workspace(root).raw_database, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def figures(root: Path, quarter: str = QUARTER) -> dict[str, bytes]:
    """figures.csv of every reader."""
    folder = root / "published" / quarter
    return {path.parent.name: path.read_bytes() for path in sorted(folder.glob("*/figures.csv"))}


def publication(root: Path) -> str:
    """Hash of everything that is published."""
    return hash_tree([root / "published"], root)


def run_of(root: Path) -> Run:
    return Run(Workspace(root), Quarter.parse(QUARTER), date.fromisoformat(AS_OF))
