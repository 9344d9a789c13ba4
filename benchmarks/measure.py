"""One way at a time, alone in its own process: wall, CPU and peak memory, its children included."""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

from ingest import contained

# set, every process measured would compile the program again; a laptop keeps what was compiled
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
P = ParamSpec("P")
T = TypeVar("T")
#: `python -m benchmarks.plots` draws what is here
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Cost:
    """What some work cost; `peak_mb` is that of the largest single process."""

    wall_s: float
    cpu_s: float
    peak_mb: float


class Results:
    """Rows of one benchmark: printed as a Markdown table, kept as CSV with the load of the machine at that moment."""

    def __init__(self, name: str, peer: str) -> None:
        self._path = RESULTS / f"{name}.csv"
        self._peer: Cost | None = None
        print(
            f"| what | wall s | CPU s | peak MB | wall / {peer} | CPU / {peer} | load |\n|---|---|---|---|---|---|---|"
        )
        RESULTS.mkdir(exist_ok=True)
        self._path.write_text(f"what,wall_s,cpu_s,peak_mb,wall/{peer},cpu/{peer},load\n", encoding="utf-8")

    def add(self, what: str, cost: Cost, peer: Cost | None = None) -> None:
        """One more row, beside `peer`: the first row when it is not given."""
        self._peer = self._peer or cost
        peer = peer or self._peer
        ratios = f"{cost.wall_s / peer.wall_s:.2f}", f"{cost.cpu_s / peer.cpu_s:.2f}"
        cells = (
            f"{cost.wall_s:.2f}",
            f"{cost.cpu_s:.2f}",
            f"{cost.peak_mb:.0f}",
            *ratios,
            f"{os.getloadavg()[0]:.1f}",
        )
        print(f"| {' | '.join([what, *cells])} |", flush=True)
        with self._path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow([what, *cells])


def alone(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T, Cost]:
    """What `work` returns, and what it cost in a fresh process; the import of its module is not counted."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, work, args, kwargs).result()


def command(line: list[str], folder: Path) -> Cost:
    """What a command cost in its own process, run in `folder`. Raises SystemExit with its last lines when it fails."""
    with tempfile.TemporaryFile() as told:
        begun = time.perf_counter()
        process = subprocess.Popen(line, cwd=folder, stdin=subprocess.DEVNULL, stdout=told, stderr=told)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begun
        if process.returncode:
            told.seek(0)
            raise SystemExit(f"{' '.join(line)}\n{told.read()[-4000:].decode(errors='replace')}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _measured(work: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> tuple[T, Cost]:
    cpu, begun = cpu_s(), time.perf_counter()
    result = work(*args, **kwargs)
    wall = time.perf_counter() - begun
    contained.stop()  # the reader kept for the next file: what it used counts once it has ended
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return result, Cost(wall, cpu_s() - cpu, max(peaks) / 1024)


def cpu_s() -> float:
    """Seconds of processor used so far by this process and the children it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
