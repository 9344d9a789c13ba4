"""A command that only reads, while another process writes in the warehouse: it is told whose, and no damage is claimed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest import receive
from periscope import cli
from periscope.models import PROJECT
from periscope.workspace import Run
from tests.inbox import small_pole

_WRITER = """
import sys
from pathlib import Path
from periscope import warehouse
from periscope.workspace import Workspace
workspace = Workspace(Path(sys.argv[1]))
with workspace.lock(), warehouse.connect(workspace.raw_database):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = small_pole(tmp_path / "pole")
    receive.receive(run)
    return run


@contextmanager
def writer(run: Run) -> Iterator[int]:
    """Another process in the middle of an `ingest`; its number."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(run.workspace.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    try:
        yield process.pid
    finally:
        process.communicate("")


def status(run: Run) -> int:
    return cli.main(["status", "-w", str(run.workspace.root), "--as-of", "2026-11-23"])


def test_status_during_an_ingest_says_who_writes(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with writer(run) as pid:
        assert status(run) == 2
    told = capsys.readouterr().err
    assert f"Un traitement est en cours sur cet espace de travail (processus {pid}, compte " in told
    assert "endommagé" not in told
    assert status(run) == 0


def test_damage_is_still_told_as_damage(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run.workspace.raw_database.write_bytes(b"rien" * 9_000)
    assert status(run) == 1
    assert "endommagé" in capsys.readouterr().err
