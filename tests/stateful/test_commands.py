"""Whole commands in any order: send, send again, correct, late, run, crash, close, withdraw, erase; see `world`.

What is only received, in longer orders, is in tests/faults/test_any_order. PERISCOPE_STATEFUL_EXAMPLES and
PERISCOPE_STATEFUL_STEPS make it longer and PERISCOPE_SEED draws other orders, as `make faults` does.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.faults import house
from tests.stateful import world
from tests.stateful.strike import POINTS

_EXAMPLES = int(os.environ.get("PERISCOPE_STATEFUL_EXAMPLES", "3"))
_STEPS = int(os.environ.get("PERISCOPE_STATEFUL_STEPS", "6"))
_BEGUN = itertools.count()
_QUARTERS = ["2026-Q1", "2026-Q2", "2026-Q3"]

_members = st.sampled_from(sorted(house.MEMBERS))
_days = st.sampled_from(["", "2026-10-05", "2026-10-20"])


# with so few examples the seed is chosen for the variety of its first orders
@seed(house.SEED)
class Commands(RuleBasedStateMachine):
    """Every rule that runs a command checks what must be true after it."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._folder = Path(tempfile.mkdtemp())
        self._stack.enter_context(world.commands_here())
        self.world = world.World(self._folder / "pole", _QUARTERS)

    @initialize(bad=st.sampled_from(sorted(house.MEMBERS)))
    def first_files(self, bad: str) -> None:
        # hypothesis begins with its smallest and its largest draws: nothing happens in the one, closings only in the other
        assume(next(_BEGUN) >= 2)
        for member in house.MEMBERS:
            for kind in world.KINDS:
                self.world.send(kind, member, self.world.quarter, has_bad_row=member == bad)

    def teardown(self) -> None:
        """Whatever happened, a run finishes the job, and a fresh workspace agrees with it."""
        if self.world.happened:
            self.world.run()
            self.world.check_fresh(self._folder / "fresh")
            print(dict(self.world.happened))
        self._stack.close()
        shutil.rmtree(self._folder)

    @rule(
        kind=st.sampled_from(world.KINDS),
        member=_members,
        back=st.integers(0, 2),
        sent_on=_days,
        bad=st.booleans(),
    )
    def send(self, kind: str, member: str, back: int, sent_on: str, bad: bool) -> None:
        """A correction, a late file, or the first one of its quarter."""
        last = _QUARTERS.index(self.world.quarter)
        self.world.send(kind, member, _QUARTERS[max(0, last - back)], sent_on, has_bad_row=bad)

    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        self.world.send_again(data.draw(st.sampled_from(self.world.sent)))

    @rule()
    def run(self) -> None:
        self.world.run()

    @precondition(lambda self: not self.world.is_over)
    @rule(
        point=st.sampled_from(sorted(POINTS)),
        how=st.sampled_from(["fail", "kill"]),
        command=st.sampled_from(["close", "run"]),
    )
    def crash(self, point: str, how: str, command: str) -> None:
        self.world.crash(point, how, command)

    @precondition(lambda self: not self.world.is_over)
    @rule()
    def close(self) -> None:
        self.world.close()

    @precondition(lambda self: any(one.batch and not one.is_withdrawn for one in self.world.sent))
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        received = [one for one in self.world.sent if one.batch and not one.is_withdrawn]
        self.world.withdraw(data.draw(st.sampled_from(received)))

    @precondition(lambda self: not self.world.pending)
    @rule()
    def erase(self) -> None:
        self.world.erase()


Commands.TestCase.settings = settings(
    max_examples=_EXAMPLES,
    stateful_step_count=_STEPS,
    deadline=None,
    derandomize=False,
    database=None,
    # a shorter order that fails would cost minutes to find: the order that failed is printed
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
TestCommands = pytest.mark.slow(Commands.TestCase)
