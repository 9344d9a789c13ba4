"""The second process of a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from periscope.beside import Beside, submit
from periscope.errors import GateError, PeriscopeError
from periscope.models import PROJECT

_PARENT = """
from periscope.beside import Beside
import os, signal
if __name__ == "__main__":
    beside = Beside()
    print(beside.submit(os.getpid)(), flush=True)
    signal.pause()
"""


def refuse(text: str) -> None:
    raise GateError(text)


def test_answers_come_in_the_order_asked_with_their_errors() -> None:
    with Beside("json") as beside:
        first, second, third = (
            beside.submit(os.getpid),
            beside.submit(refuse, "non"),
            submit(beside, divmod, 7, 2),
        )
        assert first() != os.getpid()
        with pytest.raises(GateError, match="non"):
            second()
        assert third() == (3, 1)


def test_without_a_second_process_the_same_is_done_here() -> None:
    assert submit(None, os.getpid)() == os.getpid()


def test_a_second_process_that_dies_stops_the_run_in_french() -> None:
    with Beside() as beside, pytest.raises(PeriscopeError, match="Relancez"):
        beside.submit(os._exit, 9)()


def test_one_that_died_before_it_was_asked_is_told_in_the_same_words() -> None:
    with Beside() as beside:
        with pytest.raises(PeriscopeError, match="Relancez"):
            beside.submit(os._exit, 9)()
        with pytest.raises(PeriscopeError, match="Relancez"):
            beside.submit(os.getpid)()


def test_it_ends_with_a_run_that_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the second process outlived the run")
