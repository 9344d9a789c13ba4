"""Which more figures to hide so that no hidden one can be worked out: a joint, exact choice at the least cost.

Fischetti and Salazar's model with Benders cuts: a master programme chooses what to hide, the attack answers with the
facts that betray a target, and at least one of their figures must then be hidden.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from periscope.disclosure import Attack, Breach, Fact
from periscope.errors import GateError

_MAX_ROUNDS = 8


@dataclass(frozen=True)
class Choice:
    """Figures hidden beyond those that must be; `is_optimal` is false when the safe fallback decided."""

    hidden: frozenset[str]
    is_optimal: bool
    rounds: int


def choose(
    attack: Attack,
    facts: list[Fact],
    costs: dict[str, float],
    must_hide: frozenset[str],
    time_limit_seconds: float,
) -> Choice:
    """Hide what is needed among `costs`; figures of `facts` that are not in `costs` were already delivered.

    Past the time limit more is hidden, never less. Raises GateError when hiding everything is not enough.
    """
    started = time.monotonic()
    cuts: set[frozenset[str]] = set()
    hidden = must_hide
    for rounds in range(1, _MAX_ROUNDS + 1):
        breaches = attack.run([fact for fact in facts if fact.figure not in hidden])
        if not breaches:
            return Choice(hidden, True, rounds)
        cuts |= {_cut(breach, costs, hidden) for breach in breaches}
        left = time_limit_seconds - (time.monotonic() - started)
        solved = _cheapest(cuts, costs, must_hide, left) if left > 0 else None
        if solved is None:
            return _fallback(attack, facts, costs, hidden, rounds)
        hidden = solved
    return _fallback(attack, facts, costs, hidden, _MAX_ROUNDS)


def _cut(breach: Breach, costs: dict[str, float], hidden: frozenset[str]) -> frozenset[str]:
    """Figures of which one at least must be hidden; refuses when all were already delivered."""
    free = frozenset(
        fact.figure for fact in breach.facts if fact.figure in costs and fact.figure not in hidden
    )
    if not free:
        raise GateError(
            f"« {breach.target} » se déduit de chiffres déjà remis ({', '.join(sorted({f.figure for f in breach.facts}))}) "
            "et de ce qui serait publié : rien n'est publié. Retirez du registre la donnée nouvelle qui le révèle, ou "
            "recueillez l'accord écrit des membres concernés."
        )
    return free


def _cheapest(
    cuts: set[frozenset[str]], costs: dict[str, float], must_hide: frozenset[str], seconds: float
) -> frozenset[str] | None:
    """The cheapest set that meets every cut; None when the solver does not prove one in time."""
    names = sorted(frozenset[str]().union(*cuts))
    column = {name: position for position, name in enumerate(names)}
    ordered = sorted(cuts, key=sorted)
    matrix = np.zeros((len(ordered), len(names)))
    for number, cut in enumerate(ordered):
        for name in cut:
            matrix[number, column[name]] = 1.0
    result = milp(
        np.array([costs[name] for name in names]),
        constraints=LinearConstraint(matrix, lb=1.0),
        integrality=np.ones(len(names), dtype=np.int64),
        bounds=Bounds(0, 1),
        options={"time_limit": max(seconds, 0.01)},
    )
    if result.status != 0 or result.x is None:
        return None
    return must_hide | {name for name in names if result.x[column[name]] > 0.5}


def _fallback(
    attack: Attack, facts: list[Fact], costs: dict[str, float], hidden: frozenset[str], rounds: int
) -> Choice:
    """Hide the cheapest figure of every breach until none is left: proven by the attack, not the least cost."""
    while breaches := attack.run([fact for fact in facts if fact.figure not in hidden]):
        added: set[str] = set()
        for breach in breaches:
            cut = _cut(breach, costs, hidden)
            if not cut & added:
                added.add(min(cut, key=lambda name: (costs[name], name)))
        hidden |= added
    return Choice(hidden, False, rounds)
