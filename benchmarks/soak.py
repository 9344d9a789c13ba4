"""Many quarters in one small workspace, with faults at random:  python -m benchmarks.soak QUARTERS [MINUTES] [--report]

Each quarter the three members send, send again, correct, send late, withdraw; a command is struck once or twice by a
kill or a full disk; then the quarter is closed. Everything is checked against the model of tests/stateful after each
command, and at the end every closed quarter is verified. Draws are seeded. A quarter begun is ended; none begins after
MINUTES.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from periscope.models import PROJECT
from periscope.quarters import Quarter
from periscope.records import read_lines
from tests.faults import house
from tests.stateful.strike import POINTS
from tests.stateful.world import KINDS, World, commands_here

PAGE = PROJECT / "docs" / "fiabilite.md"
_START, _END = "<!-- endurance -->", "<!-- fin de l'endurance -->"
_SEED = 11


def last_quarters(count: int) -> list[str]:
    """The `count` quarters up to the last one ended."""
    found = [Quarter.parse(house.QUARTER)]
    while len(found) < count:
        one = found[0]
        found.insert(0, Quarter(one.year, one.number - 1) if one.number > 1 else Quarter(one.year - 1, 4))
    return [str(one) for one in found]


def _members_send(world: World, draw: random.Random) -> None:
    quarter = world.quarter
    for member in house.MEMBERS:
        for kind in KINDS:
            if draw.random() < 0.8:
                world.send(kind, member, quarter, has_bad_row=draw.random() < 0.2)


def _somebody_changes_something(world: World, draw: random.Random) -> None:
    earlier = world.quarters[: world.quarters.index(world.quarter) + 1][-4:]
    sent_on = draw.choice(["", "2026-10-05", "2026-10-20"])
    world.send(draw.choice(KINDS), draw.choice(list(house.MEMBERS)), draw.choice(earlier), sent_on)
    if draw.random() < 0.5:
        world.send_again(draw.choice(world.sent))
    received = [one for one in world.sent if one.batch and not one.is_withdrawn]
    if received and draw.random() < 0.2:
        world.withdraw(draw.choice(received))


def one_quarter(world: World, draw: random.Random) -> None:
    """Send, be struck, change, be struck while closing, close."""
    quarter = world.quarter
    _members_send(world, draw)
    world.crash(draw.choice(sorted(POINTS)), "kill" if draw.random() < 0.3 else "fail", "run")
    _somebody_changes_something(world, draw)
    if draw.random() < 0.5:
        world.crash(draw.choice(sorted(POINTS)), "kill" if draw.random() < 0.3 else "fail", "close")
    if world.quarter == quarter:
        world.close()


def soak(count: int, minutes: float) -> tuple[World, Counter[str]]:
    """Raises AssertionError at the first thing that is not as the model says."""
    draw, until = random.Random(_SEED), time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory() as folder, commands_here():
        world = World(Path(folder) / "pole", last_quarters(count))
        while not world.is_over and time.monotonic() < until:
            one_quarter(world, draw)
            print(f"{len(world.closed)}/{count}", dict(world.happened), file=sys.stderr, flush=True)
        world.check_closed()
        restated = read_lines(world.root / "record" / "restatements.jsonl")
        return world, Counter(line["kind"] for line in restated)


def report(world: World, restated: Counter[str]) -> str:
    happened = world.happened
    struck = sum(count for name, count in happened.items() if name.startswith(("kill ", "fail ")))
    killed = sum(count for name, count in happened.items() if name.startswith("kill "))
    return (
        f"{len(world.closed)} trimestres clos dans un même espace de travail (sur {len(world.quarters)} demandés, graine {_SEED}) : "
        f"{len(world.sent)} fichiers envoyés, {struck} pannes dont {killed} arrêts brutaux, {happened['withdraw']} retraits, "
        f"{sum(restated.values())} lignes de révision ({', '.join(f'{kind} {count}' for kind, count in sorted(restated.items())) or 'aucune'}). "
        f"À la fin chaque trimestre clos est intact ({happened['verify']} vérifications) ; une seule ligne perdue ou publication à moitié aurait arrêté la commande."
    )  # fmt: skip


def main() -> None:
    numbers = [float(text) for text in sys.argv[1:] if text != "--report"]
    world, restated = soak(int(numbers[0]), numbers[1] if len(numbers) > 1 else 24 * 60)
    told = report(world, restated)
    print(told)
    if "--report" in sys.argv:
        text = PAGE.read_text(encoding="utf-8")
        before, after = text.split(_START)[0], text.split(_END)[1]
        PAGE.write_text(f"{before}{_START}\n\n{told}\n\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
