"""R07: no room left on the disk of the workspace, the terminal or the log."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import house
from tests.faults.conftest import Ledger, Poles

pytestmark = pytest.mark.slow

_DISK_MEGABYTES = 128


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MEGABYTES}m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("R07: mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


#: from nothing at all to a disk that fills while the warehouse is copied, bound, or the pages are written
_LEFT = [0, 40, 400, 2_000, 6_000, 30_000, 40_000, 45_000, 50_000, 55_000, 60_000]


@pytest.mark.parametrize("left_kilobytes", _LEFT)
def test_a_full_disk_leaves_the_publication_whole(
    poles: Poles, small_disk: Path, ledger: Ledger, left_kilobytes: int, turn: int
) -> None:
    root = house.copy(poles.first, small_disk / "pole")
    house.late_file(root)
    filler = small_disk / "filler"
    _fill(filler, small_disk, left_kilobytes)
    full = house.end(house.struck(root, "none", "kill", "run", built=poles.built))
    is_half = house.publication(root) not in poles.whole
    filler.unlink()
    after = house.end(house.struck(root, "none", "kill", "run", built=poles.built))
    ledger.tell("R07", is_half=is_half)
    assert full.status in (0, 1) and not is_half
    assert full.status == 1 or left_kilobytes > 10_000, full.told
    if full.status:
        assert "La publication précédente est intacte" in full.told and "Traceback" not in full.told, (
            full.told
        )
    assert after.status == 0, after.told
    assert house.figures(root) == house.figures(poles.second)


def _fill(filler: Path, disk: Path, left_kilobytes: int) -> None:
    import shutil

    with filler.open("wb") as file:
        while (free := shutil.disk_usage(disk).free // 1024 - left_kilobytes) > 0:
            file.write(bytes(min(free, 1024) * 1024))
            file.flush()


def test_a_terminal_and_a_log_that_cannot_be_written(
    poles: Poles, tmp_path: Path, ledger: Ledger, turn: int
) -> None:
    root = house.copy(poles.second, tmp_path / "pole")
    log = root / "warehouse" / "periscope.log"
    log.unlink()
    log.symlink_to("/dev/full")
    unlogged = house.run(root, "status")
    with Path("/dev/full").open("w") as nowhere:
        process = house.start(root, "status", output=nowhere)
        unheard = house.end(process)
    ledger.tell("R07", is_half=house.publication(root) not in poles.whole)
    assert unlogged.status == 0, unlogged.told
    assert unheard.status == 1 and "disque est plein" in unheard.told
    assert house.publication(root) == house.publication(poles.second)
