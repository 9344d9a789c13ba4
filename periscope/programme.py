"""The two programmes of secrecy, both asked of the HiGHS engine that scipy ships, without a clock and in one thread.

`Programme`: how far can a sum of unknown deviations go, under the facts in force? The model is built once, a question
changes only its goal and bounds; same question, same answer. `cheapest_cover`: the least to hide that meets every proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize._highspy import _core as highs  # type: ignore[import-not-found]

Vector = NDArray[np.float64]
_INFINITE = highs.kHighsInf


@dataclass(frozen=True)
class Answer:
    """Largest move of the goal, the deviation that makes it, and the weight of each fact in the proof of it."""

    width: float
    deviation: Vector
    weights: Vector


#: Searches for good covers that take longer here than the proof that the best one is the best.
_SLOW_SEARCHES = ("mip_heuristic_run_root_reduced_cost", "mip_heuristic_run_rins", "mip_heuristic_run_rens")


def cheapest_cover(costs: Vector, sets: Sequence[Sequence[int]], max_nodes: int) -> NDArray[np.bool_] | None:
    """Which positions of `costs` to take so that each of `sets` has one of them, at the least cost.

    None when `max_nodes` of the search end before the proof.
    """
    size = len(costs)
    engine = _engine()
    engine.setOptionValue("presolve", "off")  # takes more time than it saves here
    engine.setOptionValue("mip_rel_gap", 0.0)
    engine.setOptionValue("mip_max_nodes", max_nodes)
    engine.setOptionValue("mip_heuristic_effort", 0.0)
    for name in _SLOW_SEARCHES:
        engine.setOptionValue(name, False)
    columns = np.arange(size, dtype=np.int32)
    engine.addVars(size, np.zeros(size), np.ones(size))
    engine.changeColsCost(size, columns, costs)
    engine.changeColsIntegrality(size, columns, np.array([highs.HighsVarType.kInteger] * size))
    for one in sets:
        engine.addRow(1.0, _INFINITE, len(one), np.array(one, dtype=np.int32), np.ones(len(one)))
    engine.run()
    if engine.getModelStatus() != highs.HighsModelStatus.kOptimal:
        return None
    return np.asarray(engine.getSolution().col_value) > 0.5


def _engine() -> highs._Highs:
    engine = highs._Highs()
    for name, value in (("output_flag", False), ("threads", 1)):
        engine.setOptionValue(name, value)
    return engine


class Programme:
    """Deviations d ≥ −room of `size` unknowns that leave every fact in force unchanged, or within its band.

    A deviation is an increase less a decrease, so that a vertex moves few unknowns.
    """

    def __init__(self, room: Vector) -> None:
        self._size = len(room)
        self._upper = np.concatenate([np.full(self._size, _INFINITE), room])
        self._engine = _engine()
        self._engine.addVars(2 * self._size, np.zeros(2 * self._size), self._upper)
        # row 0 caps the goal of the day
        self._engine.addRow(-_INFINITE, _INFINITE, 0, np.zeros(0, dtype=np.int32), np.zeros(0))
        self._in_force: set[int] = set()
        self._bands: list[tuple[float, float]] = []

    def add_fact(self, row: Vector, below: float = 0.0, above: float = 0.0) -> None:
        """Add a fact, not in force yet, that may move between −below and above; facts are numbered from 0."""
        indices = np.flatnonzero(row)
        both = np.concatenate([indices, indices + self._size]).astype(np.int32)
        values = np.concatenate([row[indices], -row[indices]])
        self._engine.addRow(-_INFINITE, _INFINITE, len(both), both, values)
        self._bands.append((below, above))

    def put_in_force(self, facts: set[int]) -> None:
        """The facts known from now on, and no others."""
        for number in sorted(facts ^ self._in_force):
            below, above = self._bands[number] if number in facts else (_INFINITE, _INFINITE)
            self._engine.changeRowBounds(number + 1, -below, above)
        self._in_force = set(facts)

    def farthest(self, goal: Vector, frozen: NDArray[np.intp], cap: float) -> Answer:
        """The largest value of goal · d, at most `cap`, with the `frozen` unknowns known. Raises ArithmeticError."""
        told = np.flatnonzero(goal)
        both = np.concatenate([told, told + self._size]).astype(np.int32)
        values = np.concatenate([goal[told], -goal[told]])
        self._set(both, values)
        self._engine.changeRowBounds(0, -_INFINITE, cap)
        known = np.concatenate([frozen, frozen + self._size]).astype(np.int32)
        zeros = np.zeros(len(known))
        self._engine.changeColsBounds(len(known), known, zeros, zeros)
        status = self._solve()
        solution = self._engine.getSolution()
        self._engine.changeColsBounds(len(known), known, zeros, self._upper[known])
        self._set(both, np.zeros(len(both)))
        if status != highs.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"the attack did not end: {status}")
        moves = np.asarray(solution.col_value)
        deviation = moves[: self._size] - moves[self._size :]
        weights = np.asarray(solution.row_dual)[1:]
        return Answer(float(goal @ deviation), deviation, weights)

    def _solve(self) -> highs.HighsModelStatus:
        """Solve from scratch, so that an answer does not depend on the questions before; twice when the first fails."""
        for presolve in ("off", "on"):
            self._engine.setOptionValue("presolve", presolve)
            self._engine.clearSolver()
            self._engine.run()
            status = self._engine.getModelStatus()
            if status == highs.HighsModelStatus.kOptimal:
                break
        return status

    def _set(self, columns: NDArray[np.int32], goal: Vector) -> None:
        for column, value in zip(columns, goal, strict=True):
            self._engine.changeCoeff(0, int(column), float(value))
        self._engine.changeColsCost(len(columns), columns, -goal)
