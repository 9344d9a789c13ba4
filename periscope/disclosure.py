"""What published numbers let someone work out: a linear-programming attack on hidden amounts.

Unknown amounts (one enterprise, one quarter) are non-negative or bounded below; each published number is a linear
fact about them. The attack is led by an outsider, then by each enterprise, which knows its own amounts. It works on
deviations from the truth: a hidden total is safe when some deviation compatible with every fact moves it far enough.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

OUTSIDER = ""
_EPSILON = 1e-7
Row = dict[int, float]


@dataclass(frozen=True)
class Fact:
    """A published number: sum of coefficient × unknown. `figure` is the row that tells it, `part` where in the row."""

    figure: str
    part: str
    terms: Row


@dataclass(frozen=True)
class Target:
    """A hidden amount, and how far above and below its true value it must remain possible."""

    name: str
    terms: Row
    above: float
    below: float


@dataclass(frozen=True)
class Breach:
    """A target known too closely by `insider` (empty: an outsider), through these facts."""

    target: str
    insider: str
    facts: tuple[Fact, ...]
    #: how far above and below the truth the attack still leaves possible
    above: float
    below: float


@dataclass
class Unknowns:
    """True values, the lowest value an attacker believes possible, and the enterprise that knows each (or '')."""

    values: list[float] = field(default_factory=list)
    lowest: list[float] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)

    def add(self, value: float, lowest: float = 0.0, owner: str = "") -> int:
        self.values.append(value)
        self.lowest.append(lowest)
        self.owners.append(owner)
        return len(self.values) - 1


@dataclass
class Attack:
    """Attacks the same targets under changing sets of facts; what did not change is not attacked twice.

    A fact about `min_contributors` enterprises or more, none above `dominance_share`, was accepted for publication by
    that rule: what it tells alone to one of its own contributors is no breach; what facts tell together is.
    """

    unknowns: Unknowns
    targets: list[Target]
    min_contributors: int = 3
    dominance_share: float = 0.85
    _seen: dict[tuple[int, frozenset[tuple[str, str]]], list[Breach]] = field(default_factory=dict)
    _reduced: dict[frozenset[tuple[str, str]], list[Fact]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._x = np.array(self.unknowns.values, dtype=float)
        self._room = self._x - np.array(self.unknowns.lowest, dtype=float)
        self._scale = max(float(np.abs(self._x).max(initial=0.0)), 1.0)

    def run(self, facts: list[Fact]) -> list[Breach]:
        """Every breach (the first one found for each target and side) under these published facts."""
        kept = self._independent(facts)
        part_of = _components(kept, len(self._x))
        facts_of: dict[int, list[int]] = defaultdict(list)
        for index, fact in enumerate(kept):
            facts_of[part_of[next(iter(fact.terms))]].append(index)
        scene = _Scene(self, kept, facts_of, part_of, [f for f in facts if self._is_accepted(f)])
        breaches = []
        for number, target in enumerate(self.targets):
            parts = {part_of[index] for index in target.terms}
            key = number, frozenset((kept[i].figure, kept[i].part) for p in parts for i in facts_of[p])
            if key not in self._seen:
                self._seen[key] = scene.attack(target)
            breaches += self._seen[key]
        return breaches

    def _independent(self, facts: list[Fact]) -> list[Fact]:
        part_of = _components(facts, len(self._x))
        together: dict[int, list[Fact]] = defaultdict(list)
        for fact in facts:
            together[part_of[next(iter(fact.terms))]].append(fact)
        kept = []
        for group in together.values():
            key = frozenset((fact.figure, fact.part) for fact in group)
            if key not in self._reduced:
                self._reduced[key] = independent(group)
            kept += self._reduced[key]
        return kept

    def _is_accepted(self, fact: Fact) -> bool:
        sums: dict[str, float] = defaultdict(float)
        for index, coefficient in fact.terms.items():
            sums[self.unknowns.owners[index]] += coefficient * self._x[index]
        if "" in sums or len(sums) < self.min_contributors or min(fact.terms.values()) <= 0:
            return False
        total = sum(abs(value) for value in sums.values())
        return max(abs(value) for value in sums.values()) <= self.dominance_share * total * (1 + 1e-12)


def independent(facts: list[Fact]) -> list[Fact]:
    """Facts that no combination of narrower ones already tells (a year beside its quarters is no news)."""
    kept: list[Fact] = []
    column: dict[int, int] = {}
    for fact in facts:
        for index in fact.terms:
            column.setdefault(index, len(column))
    size = len(column)
    basis = np.zeros((min(len(facts), size), size))
    pivots: list[int] = []
    for fact in sorted(facts, key=lambda f: (len(f.terms), f.figure, f.part)):
        row = np.zeros(size)
        for index, coefficient in fact.terms.items():
            row[column[index]] = coefficient
        rank = len(pivots)
        if rank:
            row -= row[pivots] @ basis[:rank]
        pivot = int(np.argmax(np.abs(row)))
        if abs(row[pivot]) < _EPSILON:
            continue
        row /= row[pivot]
        row[np.abs(row) < 1e-12] = 0.0
        if rank:
            basis[:rank] -= np.outer(basis[:rank, pivot], row)
        basis[rank] = row
        pivots.append(pivot)
        kept.append(fact)
    return kept


def _components(facts: list[Fact], size: int) -> list[int]:
    """Component of each unknown: two unknowns in one fact are in one component."""
    parent = list(range(size))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for fact in facts:
        first, *others = fact.terms
        for other in others:
            parent[root(other)] = root(first)
    return [root(index) for index in range(size)]


class _Scene:
    """One attack: the facts in force, cut into components; twins are unknowns that the same facts tell about."""

    def __init__(
        self,
        attack: Attack,
        facts: list[Fact],
        facts_of: dict[int, list[int]],
        part_of: list[int],
        accepted: list[Fact],
    ) -> None:
        self.facts, self.facts_of, self.part_of = facts, facts_of, part_of
        self.x, self.room, self.scale = attack._x, attack._room, attack._scale
        self.owners = attack.unknowns.owners
        told: list[list[tuple[int, float]]] = [[] for _ in self.x]
        for number, fact in enumerate(facts):
            for index, coefficient in fact.terms.items():
                told[index].append((number, coefficient))
        self.signature = [tuple(row) for row in told]
        self.twins: dict[tuple[tuple[int, float], ...], list[int]] = defaultdict(list)
        for index, signature in enumerate(self.signature):
            self.twins[signature].append(index)
        self.members: dict[int, list[int]] = defaultdict(list)
        for index, part in enumerate(part_of):
            self.members[part].append(index)
        self.accepted_about: dict[int, list[Fact]] = defaultdict(list)
        for fact in accepted:
            for index in fact.terms:
                self.accepted_about[index].append(fact)

    def attack(self, target: Target) -> list[Breach]:
        parts = sorted({self.part_of[index] for index in target.terms})
        insiders = {self.owners[i] for p in parts for i in self.members[p]} - {OUTSIDER}
        owners = {self.owners[index] for index in target.terms}
        for insider in [OUTSIDER, *sorted(insiders)]:
            if owners == {insider} and insider != OUTSIDER:
                continue  # its own amounts
            breach = self._by(target, insider, parts)
            if breach:
                return [breach]
        return []

    def _by(self, target: Target, insider: str, parts: list[int]) -> Breach | None:
        above, below = self._required(target, insider)
        quick_above, quick_below = self._by_swaps(target, insider)
        widths, facts = {1: quick_above, -1: quick_below}, tuple[Fact, ...]()
        for side, needed in ((1, above), (-1, below)):
            if widths[side] < needed * (1 - 1e-9) - _EPSILON:
                widths[side], holding = self._by_program(target, insider, parts, side, needed)
                if widths[side] < needed * (1 - 1e-6) - _EPSILON * self.scale:
                    facts = facts or holding
        return Breach(target.name, insider, facts, widths[1], widths[-1]) if facts else None

    def _required(self, target: Target, insider: str) -> tuple[float, float]:
        """Widths to keep: never below the believed lowest value, nor beyond what an accepted fact tells alone."""
        quarters: dict[int, Row] = defaultdict(dict)
        for index, coefficient in target.terms.items():
            quarters[self.part_of[index]][index] = coefficient
        whole = self._accepted(target.terms, insider)
        pieces = [self._accepted(terms, insider) for terms in quarters.values()]
        above = min(target.above, whole[0], sum(piece[0] for piece in pieces))
        below = min(target.below, whole[1], sum(piece[1] for piece in pieces))
        free = sum(
            abs(coefficient) * self.room[index] if coefficient > 0 else np.inf
            for index, coefficient in target.terms.items()
            if self.owners[index] != insider or insider == OUTSIDER
        )
        return above, min(below, free)

    def _accepted(self, terms: Row, insider: str) -> tuple[float, float]:
        """Widths (above, below) that the accepted facts, each alone, leave to a part of a target."""
        above = below = float(np.inf)
        for fact in self.accepted_about[next(iter(terms))]:
            if all(fact.terms.get(index) == coefficient for index, coefficient in terms.items()):
                others = [
                    i
                    for i in fact.terms
                    if i not in terms and (insider == OUTSIDER or self.owners[i] != insider)
                ]
                above = min(above, sum(fact.terms[i] * self.room[i] for i in others))
                below = min(below, np.inf if others else 0.0)
        return above, below

    def _by_swaps(self, target: Target, insider: str) -> tuple[float, float]:
        """Width shown possible by moving amounts between twins, without any program; 0 where it shows nothing."""
        above = below = 0.0
        if any(coefficient != 1 for coefficient in target.terms.values()):
            return above, below
        groups: dict[tuple[tuple[int, float], ...], list[int]] = defaultdict(list)
        for index in target.terms:
            if insider == OUTSIDER or self.owners[index] != insider:
                groups[self.signature[index]].append(index)
        for signature, mine in groups.items():
            if not signature:
                return float(np.inf), float(sum(self.room[i] for i in target.terms))
            others = [
                i
                for i in self.twins[signature]
                if i not in target.terms and (insider == OUTSIDER or self.owners[i] != insider)
            ]
            if others:
                above += float(sum(self.room[i] for i in others))
                below += float(sum(self.room[i] for i in mine))
        return above, below

    def _by_program(
        self, target: Target, insider: str, parts: list[int], side: int, needed: float
    ) -> tuple[float, tuple[Fact, ...]]:
        """Largest move of the target on one side (capped at `needed`), and the facts that hold it back."""
        indices = [i for part in parts for i in self.members[part]]
        column = {index: position for position, index in enumerate(indices)}
        facts = [self.facts[number] for part in parts for number in self.facts_of[part]]
        matrix: NDArray[np.float64] = np.zeros((len(facts), len(indices)))
        for number, fact in enumerate(facts):
            for index, coefficient in fact.terms.items():
                matrix[number, column[index]] = coefficient
        goal = np.zeros(len(indices))
        for index, coefficient in target.terms.items():
            goal[column[index]] = side * coefficient
        bounds = [
            (0.0, 0.0)
            if insider != OUTSIDER and self.owners[i] == insider
            else (-self.room[i] / self.scale, None)
            for i in indices
        ]
        cap = min(needed, 1e6 * self.scale) / self.scale
        result = linprog(
            -goal,
            A_ub=goal[None, :],
            b_ub=[cap],
            A_eq=matrix if facts else None,
            b_eq=np.zeros(len(facts)) if facts else None,
            bounds=bounds,
            method="highs",
        )
        if result.status != 0:
            raise ArithmeticError(f"the attack on {target.name} did not end: {result.message}")
        marginals = result.eqlin.marginals if facts else np.zeros(0)
        holding = tuple(
            fact for fact, marginal in zip(facts, marginals, strict=True) if abs(marginal) > _EPSILON
        )
        # a solver that names no fact must not make a breach vanish: then every fact nearby is held
        return -float(result.fun or 0.0) * self.scale, holding or tuple(facts)
