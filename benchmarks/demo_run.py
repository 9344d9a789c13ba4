"""The demo pole by step, beside the floor nobody can avoid: `python -m benchmarks.demo_run`.

Floor = one dbt invocation on the same models + one Great Expectations import + one notebook kernel, each in a process
of its own, in the same run. One changed declaration is measured beside the run that had everything to do. Masks and
effects are given apart.
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
CHANGED = "inbox/declarations/activite des membres.csv"
TURNOVER = re.compile(rb"(;2026-Q3;[^;]*;[^;]*;\d+,\d)(\d)")


def change_one_declaration(root: Path) -> None:
    """One digit of the last member's turnover of the quarter: another version of the same declaration."""
    path = root / CHANGED
    text = path.read_bytes()
    digit = list(TURNOVER.finditer(text))[-1].start(2)
    path.write_bytes(text[:digit] + (b"7" if text[digit : digit + 1] == b"8" else b"8") + text[digit + 1 :])


def figures(root: Path) -> bytes:
    return (root / "published" / "2026-Q3" / "internal" / "figures.csv").read_bytes()


def mask(root: Path) -> None:
    """Choose the masks of the published quarter from nothing, layouts offered included."""
    run = Run(Workspace(root), Quarter.parse("2026-Q3"), date.fromisoformat(AS_OF))
    (run.workspace.warehouse / "reuse" / "masks.json").unlink()
    copy = shutil.copyfile(run.workspace.database, root / "masks.duckdb")
    with warehouse.connect(copy) as connection:
        warehouse.attach(connection, run.workspace.raw_database)
        masks.protect(connection, run)


def measured(root: Path) -> list[tuple[str, Cost]]:
    python, where = [sys.executable, "-m", "periscope.cli"], ["-w", str(root), "--as-of", AS_OF]
    rows = [("run, everything new", command([*python, "run", *where], PROJECT))]
    rows.append(("run, nothing changed", command([*python, "run", *where], PROJECT)))
    before = figures(root)
    change_one_declaration(root)
    rows.append(("run, one changed declaration", command([*python, "run", *where], PROJECT)))
    assert figures(root) != before, "the changed declaration must change a figure"
    for step in STEPS:
        rows.append((f"step {step}, again, alone", command([*python, step, *where], PROJECT)))
    rows.append(("masks, from nothing", alone(mask, root)[1]))
    for name, line in (
        ("one dbt invocation", [DBT, str(root)]),
        ("import great_expectations", ["import great_expectations"]),
        ("one notebook kernel", [KERNEL]),
    ):
        rows.append((f"floor: {name}", command([sys.executable, "-c", *line], PROJECT)))
    return rows


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "pole"
        write_demo(root)
        rows = measured(root)
    floors = [cost for name, cost in rows if name.startswith("floor")]
    floor = Cost(sum(c.wall_s for c in floors), sum(c.cpu_s for c in floors), max(c.peak_mb for c in floors))
    results = Results("demo_run", "floor")
    for name, cost in [*rows, ("floor, sum", floor)]:
        results.add(name, cost, floor)
    costs = dict(rows)
    whole, changed = costs["run, everything new"], costs["run, one changed declaration"]
    apart = costs["masks, from nothing"].wall_s + costs["step evaluate, again, alone"].wall_s
    print(
        f"\nOne changed declaration / everything new: {changed.wall_s / whole.wall_s:.2f} of the wall clock, "
        f"{changed.cpu_s / whole.cpu_s:.2f} of the CPU.\n"
        f"Everything new, masks and effects apart / floor: {(whole.wall_s - apart) / floor.wall_s:.2f}."
    )


if __name__ == "__main__":
    main()
