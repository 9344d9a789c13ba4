"""Protection of one quarter, again and again: `python -m benchmarks.masks WORKSPACE QUARTER AS_OF [TIMES]`.

Each time every mask is chosen (nothing of an earlier run is taken again), and the layouts to offer on the other core,
in a copy of the workspace. Wall seconds, CPU seconds with and without the other core, the load of the machine.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

from benchmarks.measure import cpu_s
from periscope import warehouse
from periscope.beside import Beside
from periscope.quarters import Quarter
from periscope.workspace import Run, Workspace
from protection import masks


def protect(root: Path, quarter: str, as_of: str) -> str:
    """Choose the masks of a workspace; returns the hash of what is hidden, and how many."""
    run = Run(Workspace(root), Quarter.parse(quarter), date.fromisoformat(as_of))
    with warehouse.connect(run.workspace.database) as connection, Beside("protection.layouts") as beside:
        warehouse.attach(connection, run.workspace.raw_database)
        masks.protect(connection, run, beside=beside)
        hidden = connection.execute("select figure_id from protection.masks order by 1").fetchall()
    return f"{hashlib.sha256(repr(hidden).encode()).hexdigest()[:12]} ({len(hidden)})"


def main(root: Path, quarter: str, as_of: str, times: int) -> None:
    walls, cpus = [], []
    print("| hidden | wall s | CPU s, here | CPU s, both cores | load |\n|---|---|---|---|---|")
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "pole"
            shutil.copytree(root, copy)
            shutil.rmtree(copy / "warehouse" / "reuse", ignore_errors=True)
            both, here, begun = cpu_s(), time.process_time(), time.perf_counter()
            hidden = protect(copy, quarter, as_of)
            walls.append(time.perf_counter() - begun)
            cpus.append(time.process_time() - here)
        used = f"{cpus[-1]:.1f} | {cpu_s() - both:.1f}"
        print(f"| {hidden} | {walls[-1]:.1f} | {used} | {os.getloadavg()[0]:.1f} |", flush=True)
    print(f"\nMedian: {median(walls):.1f} s of wall clock, {median(cpus):.1f} s of CPU here.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:4], int(sys.argv[4]) if len(sys.argv) > 4 else 3)
