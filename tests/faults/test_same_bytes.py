"""R12, R14, P05: the same bytes in other circumstances, without a network, and for nobody else's eyes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults import house
from tests.faults.conftest import Ledger, Poles

pytestmark = pytest.mark.slow

_CIRCUMSTANCES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "hash seed": ((), {"PYTHONHASHSEED": "4242"}),
    "time zone": ((), {"TZ": "Pacific/Auckland"}),
    "one processor": (("taskset", "-c", "0"), {"OMP_NUM_THREADS": "1"}),
    "plain locale": ((), {"LC_ALL": "C", "LANG": "C"}),
    # the leap day ends while the program runs
    "another day": (("faketime", "2028-02-29 23:59:50"), {}),
}
#: the program without even a loopback
_NO_NETWORK = ("unshare", "-r", "-n")


def _forget(root: Path) -> None:
    """Keep the files received and nothing of what was computed from them."""
    shutil.rmtree(root / "published")
    shutil.rmtree(root / "warehouse" / "reuse")
    for name in ("raw.duckdb", "periscope.duckdb", "state.json"):
        (root / "warehouse" / name).unlink()


@pytest.mark.parametrize("name", _CIRCUMSTANCES)
def test_other_circumstances_give_the_same_bytes(
    poles: Poles, tmp_path: Path, ledger: Ledger, name: str, turn: int
) -> None:
    """R12, and R14 at once: the network is taken away too, where the machine lets a process leave it.

    The first turn computes everything from the files; the others what a late file changes.
    """
    prefix, environment = _CIRCUMSTANCES[name]
    if prefix and shutil.which(prefix[0]) is None:
        pytest.skip(f"R12: {prefix[0]} is not installed")
    is_alone = not subprocess.run([*_NO_NETWORK, "true"], capture_output=True, check=False).returncode
    root = house.copy(poles.first if turn else poles.second, tmp_path / "pole")
    if turn:
        house.late_file(root)
    else:
        _forget(root)
    ended = house.end(house.start(root, "run", prefix=(*_NO_NETWORK * is_alone, *prefix), **environment))
    for case in ("R12", "R14") if is_alone else ("R12",):
        ledger.tell(case)
    assert ended.status == 0, ended.told
    assert house.figures(root) == house.figures(poles.second)


def test_nobody_else_can_read_a_workspace(poles: Poles, tmp_path: Path, ledger: Ledger, turn: int) -> None:
    """P05: after a run, forms and a closing, under the laxest umask; links keep no mode of their own."""
    root = house.copy(poles.second, tmp_path / "pole")
    before = os.umask(0)
    try:
        for command in (["forms"], ["close", house.QUARTER, "--by", "Eva"]):
            house.told(root, *command, built=poles.built)
    finally:
        os.umask(before)
    received = root / "inbox", root / "register"
    wrong = [
        f"{path.relative_to(root)} {path.stat().st_mode & 0o777:o}"
        for path in root.rglob("*")
        if not path.is_relative_to(received[0]) and not path.is_relative_to(received[1])
        and path.stat().st_mode & 0o777 != (0o700 if path.is_dir() else 0o600)
    ]  # fmt: skip
    ledger.tell("P05")
    assert wrong == []
