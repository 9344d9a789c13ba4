"""What published numbers let someone work out: a linear-programming attack on hidden amounts.

Unknown amounts (one enterprise, one quarter) are non-negative or bounded below; each published number is a linear
fact about them. The attack is led by an outsider, then by each enterprise, which knows its own amounts. It works on
deviations from the truth: a hidden total is safe when some deviation compatible with every fact moves it far enough.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack

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
    """A target known too closely on one side by `insider` (empty: an outsider), through these facts."""

    target: str
    insider: str
    facts: tuple[Fact, ...]
    #: +1: the amount can hardly be higher than the truth; -1: hardly lower
    side: int
    #: how far the attack still leaves possible on that side
    width: float


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


@dataclass(frozen=True)
class _Move:
    """A deviation from the truth, how many times it may be made forward and backward, and whom it touches."""

    terms: Row
    forward: float
    backward: float
    owners: frozenset[str]


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

    def __post_init__(self) -> None:
        self._seen: dict[tuple[int, frozenset[tuple[str, str]]], list[Breach]] = {}
        self._reduced: dict[frozenset[tuple[str, str]], list[Fact]] = {}
        # deviations that once cleared a target, by unknown: they clear others, where the facts in force allow them
        self._moves: dict[int, list[_Move]] = defaultdict(list)
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
        self.moves, self.allowed = attack._moves, dict[int, bool]()
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
        """The first breach of a target: by an outsider, then by each enterprise that one of its facts is about."""
        parts = sorted({self.part_of[index] for index in target.terms})
        insiders = {self.owners[i] for p in parts for i in self.members[p]} - {OUTSIDER}
        owners = {self.owners[index] for index in target.terms}
        suspects = [OUTSIDER, *sorted(insider for insider in insiders if owners != {insider})]
        limits = self._limits(target)
        for side in (1, -1):
            known = self._known_moves(target, side)
            for insider in suspects:
                needed = self._required(target, limits, insider, side)
                enough = needed * (1 - 1e-6) - _EPSILON * self.scale
                if self._by_swaps(target, insider, side) >= enough or any(
                    width >= enough and insider not in move.owners for width, move in known
                ):
                    continue
                width, terms, holding = self._by_program(target, insider, parts, side, needed)
                if width < enough:
                    return [Breach(target.name, insider, holding, side, width)]
                known.append((width, self._remember(terms)))
        return []

    def _remember(self, terms: Row) -> _Move:
        """Keep a deviation for every target that it moves, with how far it may be pushed either way."""
        forward = min((self.room[i] / -change for i, change in terms.items() if change < 0), default=np.inf)
        backward = min((self.room[i] / change for i, change in terms.items() if change > 0), default=np.inf)
        move = _Move(terms, forward, backward, frozenset(self.owners[i] for i in terms) - {OUTSIDER})
        for index in terms:
            self.moves[index].append(move)
        return move

    def _known_moves(self, target: Target, side: int) -> list[tuple[float, _Move]]:
        """Moves found before, still allowed by the facts in force, with how far each takes the target on one side."""
        found = []
        for move in {id(move): move for index in target.terms for move in self.moves[index]}.values():
            change = side * sum(
                coefficient * move.terms.get(index, 0.0) for index, coefficient in target.terms.items()
            )
            if change and self._is_allowed(move):
                found.append((abs(change) * (move.forward if change > 0 else move.backward), move))
        return found

    def _is_allowed(self, move: _Move) -> bool:
        """True when a move changes no fact in force."""
        if id(move) not in self.allowed:
            moved: dict[int, float] = defaultdict(float)
            for index, change in move.terms.items():
                for number, coefficient in self.signature[index]:
                    moved[number] += coefficient * change
            largest = max(abs(change) for change in move.terms.values())
            self.allowed[id(move)] = all(abs(change) <= _EPSILON * largest for change in moved.values())
        return self.allowed[id(move)]

    def _limits(self, target: Target) -> list[list[tuple[float, dict[str, float]]]]:
        """For the whole target, then each of its pieces: the room of the others in each accepted fact, by owner."""
        pieces: dict[int, Row] = defaultdict(dict)
        for index, coefficient in target.terms.items():
            pieces[self.part_of[index]][index] = coefficient
        found = []
        for terms in [target.terms, *pieces.values()]:
            limits = []
            for fact in self.accepted_about[next(iter(terms))]:
                if terms.items() <= fact.terms.items():
                    rooms: dict[str, float] = defaultdict(float)
                    for index in fact.terms.keys() - terms.keys():
                        rooms[self.owners[index]] += fact.terms[index] * self.room[index]
                    limits.append((sum(rooms.values()), dict(rooms)))
            found.append(limits)
        return found

    def _required(
        self, target: Target, limits: list[list[tuple[float, dict[str, float]]]], insider: str, side: int
    ) -> float:
        """Width to keep on one side: never below the believed lowest value, nor beyond what an accepted fact tells."""
        widths = [
            min(
                (
                    total - rooms.get(insider, 0.0)
                    if side > 0
                    else np.inf
                    if rooms.keys() - {insider}
                    else 0.0
                    for total, rooms in piece
                ),
                default=np.inf,
            )
            for piece in limits
        ]
        whole, *pieces = widths
        needed = min(target.above if side > 0 else target.below, whole, sum(pieces))
        if side > 0:
            return float(needed)
        free = sum(
            coefficient * self.room[index] if coefficient > 0 else np.inf
            for index, coefficient in target.terms.items()
            if self.owners[index] != insider or insider == OUTSIDER
        )
        return float(min(needed, free))

    def _by_swaps(self, target: Target, insider: str, side: int) -> float:
        """Width shown possible by moving amounts between twins, without any program; 0 where it shows nothing."""
        if any(coefficient != 1 for coefficient in target.terms.values()):
            return 0.0
        groups: dict[tuple[tuple[int, float], ...], list[int]] = defaultdict(list)
        for index in target.terms:
            if insider == OUTSIDER or self.owners[index] != insider:
                groups[self.signature[index]].append(index)
        width = 0.0
        for signature, mine in groups.items():
            others = [
                i
                for i in self.twins[signature]
                if i not in target.terms and (insider == OUTSIDER or self.owners[i] != insider)
            ]
            if not signature:
                width += np.inf if side > 0 else sum(self.room[i] for i in mine)
            elif others:
                width += sum(self.room[i] for i in (others if side > 0 else mine))
        return float(width)

    def _by_program(
        self, target: Target, insider: str, parts: list[int], side: int, needed: float
    ) -> tuple[float, Row, tuple[Fact, ...]]:
        """Largest move of the target on one side (capped at `needed`), the deviation, the facts that hold it back.

        A deviation is an increase less a decrease, so that a vertex moves few unknowns: it then clears the target
        for every insider that it does not touch.
        """
        indices = [
            i
            for part in parts
            for i in self.members[part]
            if insider == OUTSIDER or self.owners[i] != insider
        ]
        column = {index: position for position, index in enumerate(indices)}
        facts = [self.facts[number] for part in parts for number in self.facts_of[part]]
        size = len(indices)
        told = [
            (n, column[i], c) for n, fact in enumerate(facts) for i, c in fact.terms.items() if i in column
        ]
        rows, columns, data = (
            (np.array(part) for part in zip(*told, strict=True)) if told else (np.zeros(0),) * 3
        )
        half = csr_array((data, (rows, columns)), shape=(len(facts), size))
        goal = np.zeros(2 * size)
        for index, coefficient in target.terms.items():
            if index in column:
                goal[column[index]] = side * coefficient
        goal[size:] = -goal[:size]
        result = linprog(
            -goal,
            A_ub=goal[None, :],
            b_ub=[min(needed, 1e6 * self.scale) / self.scale],
            A_eq=hstack([half, -half], format="csr") if facts else None,
            b_eq=np.zeros(len(facts)) if facts else None,
            bounds=[(0.0, None)] * size + [(0.0, self.room[i] / self.scale) for i in indices],
            method="highs",
        )
        if result.status != 0:
            raise ArithmeticError(f"the attack on {target.name} did not end: {result.message}")
        moves = (np.asarray(result.x)[:size] - np.asarray(result.x)[size:]) * self.scale
        witness = {
            i: float(move) for i, move in zip(indices, moves, strict=True) if abs(move) > 1e-9 * self.scale
        }
        marginals = result.eqlin.marginals if facts else np.zeros(0)
        holding = tuple(fact for fact, dual in zip(facts, marginals, strict=True) if abs(dual) > _EPSILON)
        # a solver that names no fact must not make a breach vanish: then every fact nearby is held
        return -float(result.fun or 0.0) * self.scale, witness, holding or tuple(facts)
