"""The demo pole by step, beside the floor nobody can avoid: `python -m benchmarks.demo_run`.

Floor = one dbt invocation on the same models + one Great Expectations import + one notebook kernel, measured in the
same run as separate processes. Prints a Markdown table.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from periscope.arguments import STEPS
from periscope.models import PROJECT

AS_OF = "2026-11-23"
PERISCOPE = [sys.executable, "-m", "periscope.cli"]
KERNEL = (
    "import nbformat, nbclient; nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('1 + 1')]);"
    "nbclient.NotebookClient(nb, shutdown_kernel='immediate').execute()"
)


def timed(command: list[str], **environment: str) -> tuple[float, float]:
    """Wall seconds, and the peak memory in MB of the largest process so far among children."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "pole"
        rows: list[tuple[str, float, float]] = []
        subprocess.run(
            [sys.executable, "-c", f"from ingest.demo import write_demo; from pathlib import Path; write_demo(Path({str(root)!r}))"],
            cwd=PROJECT, check=True,
        )  # fmt: skip
        where = ["-w", str(root), "--as-of", AS_OF]
        rows.append(("run, everything new", *timed([*PERISCOPE, "run", *where])))
        rows.append(("run, nothing changed", *timed([*PERISCOPE, "run", *where])))
        for step in STEPS:
            rows.append((f"step {step}, again, alone", *timed([*PERISCOPE, step, *where])))
        dbt = (
            "import sys; from pathlib import Path; from datetime import date; from periscope import models;"
            "from periscope.workspace import Run, Workspace; from periscope.quarters import Quarter;"
            f"models.build(models.request(Run(Workspace(Path({str(root)!r})), Quarter.parse('2026-Q3'), date(2026, 11, 23))))"
        )
        floor = [
            ("floor: one dbt invocation", *timed([sys.executable, "-c", dbt])),
            ("floor: import great_expectations", *timed([sys.executable, "-c", "import great_expectations"])),
            ("floor: one notebook kernel", *timed([sys.executable, "-c", KERNEL])),
        ]
    total = sum(row[1] for row in floor)
    print("| what | wall s | of the floor | peak MB so far |\n|---|---|---|---|")
    for name, seconds, peak in [*rows, *floor]:
        print(f"| {name} | {seconds:.2f} | {seconds / total:.2f} | {peak:.0f} |")
    print(f"| floor, sum | {total:.2f} | 1.00 | |")


if __name__ == "__main__":
    main()
