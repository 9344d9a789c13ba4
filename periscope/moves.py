"""Deviations from the truth that an attack has already found: one that clears a target often clears many others."""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import NDArray

from periscope.programme import Vector

#: What is nothing, in units of the largest amount: the rounding of programmes.
EPSILON = 1e-7
Matrix = NDArray[np.float64]


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
        #: [0] up, [1] down; rows are moves, columns are targets
        self.reach = np.zeros((2, 0, len(targets)))
        #: 1 where that is far enough for the target whoever attacks
        self.is_far = np.zeros((2, 0, len(targets)), dtype=np.float32)
        #: columns are the suspects; the first, an outsider, is never touched
        self.spares = np.zeros((0, touches.shape[1]), dtype=np.float32)
        self._changes = np.zeros((0, 64), dtype=bool)

    def allowed(self, facts: list[int]) -> list[int]:
        """Moves that change none of these facts."""
        kept: list[int] = np.flatnonzero(~self._changes[: self.count, facts].any(axis=1)).tolist()
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
        forward = limits[steps < 0].min(initial=np.inf)
        backward = limits[steps > 0].min(initial=np.inf)
        change = self._targets[:, moved] @ steps
        change[np.abs(change) <= small] = 0.0
        for side, sign in enumerate((1, -1)):
            ahead, behind = change * sign > 0, change * sign < 0
            self.reach[side, number, ahead] = np.abs(change[ahead]) * forward
            self.reach[side, number, behind] = np.abs(change[behind]) * backward
        self.is_far[:, number] = self.reach[:, number] >= self._wide
        self._terms[number] = deviation
        self.spares[number] = ~self._touches[moved].any(axis=0)
        self._changes[number, : len(facts)] = np.abs(facts[:, moved] @ steps) > small
        self.count += 1
        return number

    def _double(self) -> None:
        more = max(64, len(self._terms))
        for name in ("_terms", "spares", "_changes"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros((more, old.shape[1]), dtype=old.dtype)]))
        for name in ("reach", "is_far"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros((2, more, old.shape[2]), old.dtype)], axis=1))
