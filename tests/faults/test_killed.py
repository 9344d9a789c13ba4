"""R06, R08, R09: killed at any moment, two at once, read meanwhile."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.faults import house
from tests.faults.conftest import Ledger, Poles
from tests.faults.driver import MOMENTS, POINTS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("point", [*POINTS, *MOMENTS])
def test_killed_anywhere_the_next_run_publishes_the_same_bytes(
    poles: Poles, tmp_path: Path, ledger: Ledger, point: str, turn: int
) -> None:
    """R06: the folder of the quarter is the old one or the new one, whole; nothing of what was received is lost."""
    root = house.copy(poles.first, tmp_path / "pole")
    house.late_file(root)
    killed = house.end(house.struck(root, point, "kill", "run", built=poles.built))
    is_half = house.publication(root) not in poles.whole
    finished = house.end(house.struck(root, "none", "kill", "run", built=poles.built))
    lost = _rows(poles.second) - _rows(root)
    ledger.tell("R06", lost_rows=lost, is_half=is_half)
    assert killed.status == -signal.SIGKILL, killed.told
    assert not is_half and lost == 0
    assert finished.status == 0, finished.told
    assert house.figures(root) == house.figures(poles.second)
    assert house.publication(root) == house.publication(poles.second)
    accepted = [pole / "record" / "acceptances.jsonl" for pole in (root, poles.second)]
    assert accepted[0].read_bytes() == accepted[1].read_bytes() != b""


def test_a_closing_struck_once_in_place_is_finished_by_the_same_command(
    poles: Poles, tmp_path: Path, ledger: Ledger, turn: int
) -> None:
    """R06: asked for again, it is not refused as closed already, and closes once."""
    root = house.copy(poles.first, tmp_path / "pole")
    line = ("close", house.QUARTER, "--by", "Eva")
    killed = house.end(house.struck(root, "publication in place", "kill", *line, built=poles.built))
    closed = house.publication(root)
    finished = house.end(house.struck(root, "none", "kill", *line, built=poles.built))
    is_half = house.publication(root) != closed
    ledger.tell("R06", is_half=is_half)
    assert killed.status == -signal.SIGKILL, killed.told
    assert finished.status == 0 and "est clos par Eva" in finished.told, finished.told
    assert not is_half
    assert len((root / "record" / "closings.jsonl").read_text().splitlines()) == 1
    assert house.end(house.struck(root, "none", "kill", "verify", house.QUARTER)).status == 0
    again = house.end(house.struck(root, "none", "kill", *line))
    assert again.status == 2 and "déjà clos" in again.told


def _rows(root: Path) -> int:
    """Rows read, over all receipts."""
    with (root / "published" / house.QUARTER / "internal" / "receipts.csv").open() as file:
        header, *lines = (line.split(",") for line in file)
    return sum(int(line[header.index("rows_read")]) for line in lines)


def test_the_second_of_two_is_refused_at_once_and_told_who(
    poles: Poles, tmp_path: Path, ledger: Ledger, turn: int
) -> None:
    """R08: and the lock is free once its holder is killed."""
    root = house.copy(poles.first, tmp_path / "pole")
    holder = house.struck(root, "before the journal", "hold", "ingest")
    house.late_file(root)
    assert holder.stdout is not None and holder.stdout.readline().strip() == "held"
    before = os.times()
    second = house.run(root, "run")
    after = os.times()
    holder.kill()
    house.end(holder)
    freed = house.run(root, "ingest")
    ledger.tell("R08", is_half=house.publication(root) not in poles.whole)
    assert second.status == 2 and f"processus {holder.pid}, compte " in second.told
    # seconds of processor, so that a busy machine changes nothing
    assert after.children_user + after.children_system - before.children_user - before.children_system < 1
    assert freed.status == 0, freed.told
    assert house.publication(root) in poles.whole


def _snapshot(folder: Path) -> bool:
    """Read one reader's folder through one opened directory; True when its files are those of its manifest."""
    descriptor = os.open(folder, os.O_RDONLY)

    def read(name: str) -> bytes:
        with open(os.open(name, os.O_RDONLY, dir_fd=descriptor), "rb") as file:  # noqa: PTH123 - relative to a folder
            return file.read()

    try:
        files = json.loads(read("manifest.json"))["files"]
        return all(hashlib.sha256(read(name)).hexdigest() == digest for name, digest in files.items())
    except FileNotFoundError:
        # a replaced folder is deleted under a reader that still holds it; the one in place lacks nothing
        return os.fstat(descriptor).st_ino != folder.stat().st_ino
    finally:
        os.close(descriptor)


def test_a_reader_meanwhile_sees_the_old_or_the_new_whole(
    poles: Poles, tmp_path: Path, ledger: Ledger, turn: int
) -> None:
    """R09: hundreds of readings of a folder while it is replaced, by hand, again and again."""
    from release import place

    root = house.copy(poles.first, tmp_path / "pole")
    run = house.run_of(root)
    seen: list[bool] = []
    is_over = threading.Event()

    def look() -> None:
        folder = root / "published" / house.QUARTER / "committee"
        while not is_over.is_set():
            seen.append(_snapshot(folder))

    reader = threading.Thread(target=look)
    reader.start()
    for source in (poles.second, poles.first) * 10:
        candidate = place.candidate_folder(run)
        candidate.rmdir()
        house.copy(source / "published" / house.QUARTER, candidate)
        place.put_in_place(run, candidate)
        time.sleep(0.02)
    is_over.set()
    reader.join()
    ledger.tell("R09", is_half=not all(seen))
    assert len(seen) > 10 and all(seen)
