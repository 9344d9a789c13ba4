"""Ingest and build from small to large: `python -m benchmarks.scale [FEC_LINES ...]` (default 1 and 10 million).

One seller's ledger of that many lines in one file, and a tenth as many bookings up to a million. Prints the
seconds of each step and the time per line beside that of the first size.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks import bookings_ingest, fec_ingest
from benchmarks.measure import Cost, Results, command
from periscope import template
from periscope.models import PROJECT

MOST_BOOKINGS = 1_000_000


def pole(root: Path, lines: int) -> None:
    workspace = template.create(root)
    members = [f"{m.member_id},{m.siren},{m.name}" for m in bookings_ingest.MEMBERS[1:]]
    _write(
        workspace.register / "members.csv",
        "member_id,siren,name",
        [f"V,{fec_ingest.SIREN},Vendeur", *members],
    )
    _write(
        workspace.register / "memberships.csv",
        "member_id,presence,joined_on",
        [f"{member.split(',')[0]},permanent_resident,2020-01-01" for member in ["V", *members]],
    )
    _write(
        workspace.register / "rooms.csv",
        "room_id,name",
        [f"{i},{n}" for i, n in bookings_ingest.ROOMS.items()],
    )
    _write(
        workspace.register / "opening_hours.csv",
        "room_id,weekday,opens_at,closes_at",
        [f"*,{day},08:00,20:00" for day in range(1, 8)],
    )
    revenue = workspace.inbox / "revenue"
    fec_ingest.generate(revenue, lines, 1)
    bookings_ingest.generate(workspace.inbox / "bookings" / "planning.csv", min(lines // 10, MOST_BOOKINGS))


def _write(path: Path, header: str, lines: list[str]) -> None:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def main(sizes: list[int]) -> None:
    results = Results(f"scale-{'-'.join(map(str, sizes))}", "first size per line")
    first: dict[str, Cost] = {}
    for lines in sizes:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "pole"
            pole(root, lines)
            for step in ("ingest", "check", "build"):
                line = [sys.executable, "-m", "periscope.cli", step, "-w", str(root)]
                cost = command([*line, "--quarter", "2026-Q3", "--as-of", "2026-11-23"], PROJECT)
                peer = first.setdefault(step, cost)
                growth = lines / sizes[0]
                expected = Cost(peer.wall_s * growth, peer.cpu_s * growth, peer.peak_mb)
                results.add(f"{lines:,} lines, {step}", cost, expected)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1_000_000, 10_000_000])
