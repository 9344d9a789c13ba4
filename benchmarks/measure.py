"""One way at a time, alone in its own process: wall, CPU and peak memory, its children included."""

from __future__ import annotations

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

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """What some work cost; `peak_mb` is that of the largest single process."""

    wall_s: float
    cpu_s: float
    peak_mb: float

    def row(self, name: str, peer: Cost | None = None) -> str:
        """A line of a Markdown table: name, wall, CPU, peak, and wall and CPU as multiples of a peer's."""
        peer = peer or self
        ratios = f"{self.wall_s / peer.wall_s:.2f} | {self.cpu_s / peer.cpu_s:.2f}"
        return f"| {name} | {self.wall_s:.2f} | {self.cpu_s:.2f} | {self.peak_mb:,.0f} | {ratios} |"


def header(first: str, peer: str) -> str:
    return f"| {first} | wall s | CPU s | peak MB | wall / {peer} | CPU / {peer} |\n|---|---|---|---|---|---|"


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
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return result, Cost(wall, cpu_s() - cpu, max(peaks) / 1024)


def cpu_s() -> float:
    """Seconds of processor used so far by this process and the children it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
