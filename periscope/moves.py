"""Deviations from the truth that an attack has already found: one that clears a target often clears many others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import overload

import numpy as np
from numpy.typing import NDArray

from periscope.programme import Vector

#: What is nothing, in units of the largest amount: the rounding of programmes.
EPSILON = 1e-7
#: More moves take longer to look through than the programmes that they spare.
_KEPT = 2000
Matrix = NDArray[np.float64]
#: A move: which unknowns, and by how much each.
Steps = tuple[list[int], list[float]]


@overload
def enough(needed: float) -> float: ...
@overload
def enough(needed: Matrix) -> Matrix: ...
def enough(needed: float | Matrix) -> float | Matrix:
    """What is taken for a needed width, with the rounding of programmes."""
    return needed * (1 - 1e-6) - EPSILON


class Moves:
    """Deviations found so far, one per row: how far each takes each target, whom it touches, which facts it changes."""

    def __init__(self, room: Vector, targets: Matrix, wide: Matrix, touches: Matrix) -> None:
        self._room, self._targets, self._wide, self._touches = room, targets, wide, touches
        self.count = 0
        self._terms = np.zeros((0, len(room)))
        #: how much each move changes each target; rows are moves, columns are targets
        self._change = np.zeros((0, len(targets)))
        #: how many times a move can be made, and its contrary, before an unknown is as low as it may be
        self._limits = np.zeros((0, 2))
        #: [0] up, [1] down; 1 where that is far enough for the target whoever attacks
        self.is_far = np.zeros((2, 0, len(targets)), dtype=np.float32)
        #: columns are the suspects; the first, an outsider, is never touched
        self.spares = np.zeros((0, touches.shape[1]), dtype=np.float32)
        self._changes = np.zeros((0, 64), dtype=bool)
        #: those found here, and those that once changed none of the facts in force
        self._useful: set[int] = set()

    def allowed(self, facts: list[int]) -> list[int]:
        """Moves that change none of these facts; they have been useful."""
        kept: list[int] = np.flatnonzero(~self._changes[: self.count, facts].any(axis=1)).tolist()
        self._useful.update(kept)
        return kept

    def add_fact(self, number: int, row: Vector) -> None:
        """Note which moves change a new fact."""
        if number == self._changes.shape[1]:
            self._changes = np.concatenate([self._changes, np.zeros_like(self._changes)], axis=1)
        terms = self._terms[: self.count]
        self._changes[: self.count, number] = np.abs(terms @ row) > EPSILON * np.abs(terms).max(
            axis=1, initial=0.0
        )

    def add(self, deviation: Vector, facts: Matrix) -> int:
        """Keep a deviation: any multiple of it that leaves every unknown above its lowest is possible."""
        number = self.count
        if number == len(self._terms):
            self._double()
        moved = np.flatnonzero(deviation)
        steps = deviation[moved]
        small = EPSILON * np.abs(steps).max(initial=0.0)
        limits = self._room[moved] / np.abs(steps)
        self._limits[number] = limits[steps < 0].min(initial=np.inf), limits[steps > 0].min(initial=np.inf)
        change = self._targets[:, moved] @ steps
        change[np.abs(change) <= small] = 0.0
        self._change[number] = change
        self.is_far[:, number] = reach(change, self._limits[number]) >= self._wide
        self._terms[number] = deviation
        self.spares[number] = ~self._touches[moved].any(axis=0)
        self._changes[number, : len(facts)] = np.abs(facts[:, moved] @ steps) > small
        self._useful.add(number)
        self.count += 1
        return number

    def learn(self, steps: Iterable[Steps]) -> None:
        """Keep the moves of another attack, each of them not useful until it is allowed."""
        for indices, values in steps:
            deviation = np.zeros(len(self._room))
            deviation[indices] = values
            self.add(deviation, np.zeros((0, len(self._room))))
        self._useful.clear()

    def steps(self) -> list[Steps]:
        """The last useful moves, oldest first."""
        found = []
        for number in sorted(self._useful)[-_KEPT:]:
            moved = np.flatnonzero(self._terms[number])
            found.append((moved.tolist(), self._terms[number, moved].tolist()))
        return found

    def limits(self, moves: list[int], bands: Matrix, below: Vector, above: Vector) -> Matrix:
        """How many times each of these moves can be made, and its contrary, also within bands in force."""
        alone: Matrix = self._limits[moves]
        if not len(bands):
            return alone
        terms = self._terms[moves]
        steps = terms @ bands.T
        steps[np.abs(steps) <= EPSILON * np.abs(terms).max(axis=1, keepdims=True, initial=0.0)] = 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = [np.where(steps > 0, above / steps, np.inf), np.where(steps < 0, below / -steps, np.inf)]
            back = [np.where(steps > 0, below / steps, np.inf), np.where(steps < 0, above / -steps, np.inf)]
        within = [np.minimum(*pair).min(axis=1, initial=np.inf) for pair in (ends, back)]
        return np.asarray(np.minimum(alone, np.array(within).T))

    def far(self, moves: list[int], limits: Matrix) -> NDArray[np.float32]:
        """`is_far` of these moves, made no more times than that."""
        found = self.is_far[:, moves]
        fewer = np.flatnonzero((limits < self._limits[moves]).any(axis=1))
        for place in fewer.tolist():
            found[:, place] = reach(self._change[moves[place]], limits[place]) >= self._wide
        return found

    def reaches(self, moves: list[int], limits: Matrix, target: int) -> Matrix:
        """How far each of these moves takes a target, made no more times than that: up, down."""
        return reach(self._change[moves, target], limits.T)

    def _double(self) -> None:
        more = max(64, len(self._terms))
        for name in ("_terms", "_change", "_limits", "spares", "_changes"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros((more, old.shape[1]), dtype=old.dtype)]))
        room = np.zeros((2, more, self.is_far.shape[2]), self.is_far.dtype)
        self.is_far = np.concatenate([self.is_far, room], axis=1)


def reach(change: Matrix, limits: Matrix) -> Matrix:
    """How far up and how far down a change goes, made or unmade as many times as `limits` say."""
    # what does not change goes nowhere, even without limit
    most = [
        np.multiply(np.abs(change), limit, where=change != 0, out=np.zeros(change.shape)) for limit in limits
    ]
    return np.array([np.where(change > 0, *most), np.where(change > 0, *most[::-1])])
