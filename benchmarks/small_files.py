"""One new file among thousands of small ones: `python -m benchmarks.small_files [FILES] [csv|xlsx]`.

Each file holds one member's posts of one quarter, as text or as a workbook. `ingest` runs as a command, as a person runs it; its peer is the
plain hash of every file of the inbox, which nobody can avoid who wants to know what changed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import xlsxwriter

from benchmarks.measure import Results, alone, command
from ingest import landing
from periscope import template
from periscope.files import file_hash
from periscope.models import PROJECT
from periscope.workspace import Workspace
from tests.faults import house

_SIREN = house.MEMBERS["A"]


def write(root: Path, number: int, kind: str) -> None:
    folder = root / "inbox" / "declarations" / f"{number // 100:03d}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"postes {number:05d}.{kind}"
    head = house.lines(_SIREN, "1").splitlines(keepends=True)[0]
    post = f"{_SIREN};2026-Q3;P{number};{_SIREN};permanent;created;2026-01-05;1\n"
    if kind == "csv":
        path.write_text(head + post)
    else:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for row, line in enumerate((head, post)):
                sheet.write_row(row, 0, line.strip().split(";"))


def hash_inbox(root: Path) -> int:
    return len({file_hash(path) for path in landing.inbox_files(Workspace(root))})


def main(files: int, kind: str = "csv") -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = template.create(Path(folder) / "pole").root
        (root / "register" / "members.csv").write_text(f"member_id,siren,name\nA,{_SIREN},Membre A\n")
        for number in range(files):
            write(root, number, kind)
        ingest = [sys.executable, "-m", "periscope.cli", "ingest", "-w", str(root), "--as-of", house.AS_OF]
        count, peer = alone(hash_inbox, root)
        assert count == files
        results = Results(f"small_files-{files}-{kind}", "hash")
        results.add("hash of every file", peer)
        results.add("ingest, all new", command(ingest, PROJECT))
        results.add("ingest, nothing new", command(ingest, PROJECT))
        write(root, files, kind)
        results.add("ingest, one new file", command(ingest, PROJECT))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000, *sys.argv[2:3])
