"""The demo pole by step, beside the floor nobody can avoid: `python -m benchmarks.demo_run [ROUNDS]` (3).

The whole run and the changed ones are made ROUNDS times, one after the other, each round on a pole of its own: machines change
of speed from a minute to the next. Tables give the round of median duration, ratios those of each round.

Floor = one dbt invocation on the same models + one Great Expectations import + one notebook kernel, each in a process
of its own, in the same run. One changed declaration, of three kinds, is measured beside the run that had everything to do:
a turnover moves amounts that every mask is chosen on. Masks and effects are given apart.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks.measure import Cost, Results, alone, command
from ingest.demo import write_demo
from periscope import warehouse
from periscope.arguments import STEPS
from periscope.beside import Beside
from periscope.models import PROJECT
from periscope.quarters import Quarter
from periscope.workspace import Run, Workspace
from protection import masks

AS_OF = "2026-11-23"
KERNEL = (
    "import nbformat, nbclient; nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('1 + 1')]);"
    "nbclient.NotebookClient(nb, shutdown_kernel='immediate').execute()"
)
DBT = (
    "import sys; from pathlib import Path; from datetime import date; from periscope import models;"
    "from periscope.workspace import Run, Workspace; from periscope.quarters import Quarter;"
    "models.build(models.request(Run(Workspace(Path(sys.argv[1])), Quarter.parse('2026-Q3'), date(2026, 11, 23))))"
)
#: what is changed in the last line that has it: file, encoding, text before and after; two digits of a turnover, a
#: working time, a project that no longer entered support
CHANGES = {
    "turnover": ("activite des membres.csv", "cp1252", r"(;2026-Q3;[^;]*;[^;]*;\d)\d\d", r"\g<1>21"),
    "post": ("emplois 2025-2026.txt", "utf-16", r"(\t)1(\t\tPC-07)", r"\g<1>0,8\g<2>"),
    "project": ("accompagnement 2023-2026.csv", "utf-8", r";03/08/2026;", ";;"),
}


def change(root: Path, kind: str) -> None:
    """Another version of one declaration."""
    name, encoding, pattern, after = CHANGES[kind]
    path = root / "inbox" / "declarations" / name
    text = path.read_bytes().decode(encoding)
    last = list(re.finditer(pattern, text))[-1]
    path.write_bytes((text[: last.start()] + last.expand(after) + text[last.end() :]).encode(encoding))


def figures(root: Path) -> bytes:
    return (root / "published" / "2026-Q3" / "internal" / "figures.csv").read_bytes()


def mask(root: Path) -> None:
    """Choose the masks of the published quarter from nothing, bands and layouts offered included."""
    run = Run(Workspace(root), Quarter.parse("2026-Q3"), date.fromisoformat(AS_OF))
    for name in ("masks", "bands", "layouts"):
        (run.workspace.warehouse / "reuse" / f"{name}.json").unlink()
    copy = shutil.copyfile(run.workspace.database, root / "masks.duckdb")
    with warehouse.connect(copy) as connection, Beside("protection.layouts") as beside:
        warehouse.attach(connection, run.workspace.raw_database)
        masks.protect(connection, run, beside=beside)


def periscope(root: Path, name: str) -> Cost:
    line = [sys.executable, "-m", "periscope.cli", name, "-w", str(root), "--as-of", AS_OF]
    return command(line, PROJECT)


def runs(root: Path) -> dict[str, Cost]:
    """One round: a whole run, one with nothing to do, and one for each changed declaration."""
    write_demo(root)
    found = {"everything new": periscope(root, "run"), "nothing changed": periscope(root, "run")}
    for kind in CHANGES:
        before = figures(root)
        change(root, kind)
        found[f"one changed {kind}"] = periscope(root, "run")
        assert figures(root) != before, "a changed declaration must change a figure"
    return found


def middle(costs: list[Cost]) -> Cost:
    return sorted(costs, key=lambda cost: cost.wall_s)[len(costs) // 2]


def measured(root: Path) -> list[tuple[str, Cost]]:
    rows = [(f"step {step}, again, alone", periscope(root, step)) for step in STEPS]
    rows.append(("masks, from nothing", alone(mask, root)[1]))
    for name, line in (
        ("one dbt invocation", [DBT, str(root)]),
        ("import great_expectations", ["import great_expectations"]),
        ("one notebook kernel", [KERNEL]),
    ):
        rows.append((f"floor: {name}", command([sys.executable, "-c", *line], PROJECT)))
    return rows


def main(count: int = 3) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "pole"
        rounds = []
        for _ in range(count):
            shutil.rmtree(root, ignore_errors=True)
            rounds.append(runs(root))
        rows = [(f"run, {name}", middle([one[name] for one in rounds])) for name in rounds[0]]
        rows += measured(root)
    floors = [cost for name, cost in rows if name.startswith("floor")]
    floor = Cost(sum(c.wall_s for c in floors), sum(c.cpu_s for c in floors), max(c.peak_mb for c in floors))
    results = Results("demo_run", "floor")
    for name, cost in [*rows, ("floor, sum", floor)]:
        results.add(name, cost, floor)
    costs = dict(rows)
    whole = costs["run, everything new"]
    apart = costs["masks, from nothing"].wall_s + costs["step evaluate, again, alone"].wall_s
    for kind in CHANGES:
        pairs = [(one[f"one changed {kind}"], one["everything new"]) for one in rounds]
        walls = ", ".join(f"{changed.wall_s / new.wall_s:.2f}" for changed, new in pairs)
        cpus = ", ".join(f"{changed.cpu_s / new.cpu_s:.2f}" for changed, new in pairs)
        print(f"One changed {kind} / everything new, by round: {walls} of the wall clock, {cpus} of the CPU.")
    print(f"Everything new, masks and effects apart / floor: {(whole.wall_s - apart) / floor.wall_s:.2f}.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
