"""The demo pole by step, beside the floor nobody can avoid: `python -m benchmarks.demo_run`.

Floor = one dbt invocation on the same models + one Great Expectations import + one notebook kernel, each in a process
of its own, in the same run. One changed declaration is measured beside the run that had everything to do.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Cost, Results, command
from ingest.demo import write_demo
from periscope.arguments import STEPS
from periscope.models import PROJECT

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
    whole, changed = rows[0][1], rows[2][1]
    print(
        f"\nOne changed declaration / everything new: {changed.wall_s / whole.wall_s:.2f} of the wall clock, "
        f"{changed.cpu_s / whole.cpu_s:.2f} of the CPU."
    )


if __name__ == "__main__":
    main()
