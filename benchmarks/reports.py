"""Six funders' reports beside one: `python -m benchmarks.reports`.

Each report runs in a kernel of its own, two at once. The folders are invented ones of the size of the demo's. Prints a
Markdown table; the ratio is what counts, seconds follow the load of the machine.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

from reports import render
from tests.fixtures import reader_folder

MANY, ROUNDS = 6, 3


def timed(folders: list[Path]) -> tuple[float, float]:
    """Wall seconds, and CPU seconds of the kernels."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    render.render_all(folders)()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, cpu


def main() -> None:
    with tempfile.TemporaryDirectory() as root:
        folders = [reader_folder.write(Path(root) / f"f{n}") for n in range(MANY)]
        timed(folders[:1])  # imports and file cache are not what is measured
        print(
            "| round | one report s | six reports s | ratio | kernels' CPU s, one and six |\n|---|---|---|---|---|"
        )
        for number in range(1, ROUNDS + 1):
            one, one_cpu = timed(folders[:1])
            six, six_cpu = timed(folders)
            print(f"| {number} | {one:.2f} | {six:.2f} | {six / one:.2f} | {one_cpu:.2f}, {six_cpu:.2f} |")


if __name__ == "__main__":
    main()
