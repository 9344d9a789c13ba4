"""What published numbers let someone work out: a linear-programming attack on hidden amounts.

The attack is led by an outsider, then by each enterprise, which knows its own amounts. It works on deviations from the
truth: a hidden total is safe when some deviation compatible with every fact moves it far enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import methodcaller
from typing import Any

import numpy as np

from periscope.errors import GateError
from periscope.linear_system import Fact, Indices, Target, Unknowns, blocks, components
from periscope.moves import EPSILON, Matrix, Moves, enough
from periscope.programme import Programme, Vector
from periscope.reuse import Reuse
from periscope.settings import Secrecy

OUTSIDER = ""
_MOVES = "moves"


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
    #: every fact that the answer depends on: a proof may name too few, those of small weight left out
    nearby: tuple[Fact, ...] = ()


def breaches(
    unknowns: Unknowns, facts: list[Fact], targets: list[Target], rule: Secrecy, kept: Reuse | None = None
) -> list[Breach]:
    """Every breach of `targets` under these facts, block by block; nothing is kept when there is one."""
    found: list[Breach] = []
    for part, told, mine in blocks(unknowns, facts, targets):
        if told and mine:
            found += attacked(part, mine, rule, kept or Reuse({}), told, methodcaller("run", told))
    if found and kept:
        kept.used.clear()
    return found


def attacked(
    unknowns: Unknowns,
    targets: list[Target],
    rule: Secrecy,
    kept: Reuse,
    asked: object,
    search: Callable[[Attack], Any],
) -> Any:
    """What `search` finds with an attack on these targets; a block that is in every respect, all that is `asked` of it
    included, one of an earlier run in `kept` is not attacked again.

    One where other amounts only make the difference starts from what was found then: moves, of which what each does now
    is computed anew, and answers that no amount changes. The answer is the same, and found sooner.
    """
    block = unknowns, targets, rule, asked
    alike = unknowns.owners, [target.terms for target in targets]
    found, left = kept.known(block), kept.known(alike) or {}
    if found is None:
        attack = Attack(unknowns, targets, rule.min_contributors, rule.dominance_share, Reuse(left))
        found, left = search(attack), attack.left()
    kept.keep(block, found)
    kept.keep(alike, left)
    return found


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
    #: what an attack on the same unknowns, whatever their amounts, has `left`
    kept: Reuse = field(default_factory=lambda: Reuse({}))

    def __post_init__(self) -> None:
        size = len(self.unknowns.values)
        x = np.array(self.unknowns.values, dtype=float)
        self._x, self._scale = x, max(float(np.abs(x).max(initial=0.0)), 1.0)
        #: amounts below are in units of the largest one
        self._room = (x - np.array(self.unknowns.lowest, dtype=float)) / self._scale
        self._programme = Programme(self._room)
        self._facts: list[Fact] = []
        self._number: dict[tuple[str, str], int] = {}
        self._rows = np.zeros((64, size))
        self._accepted: list[bool] = []
        self._suspects = [OUTSIDER, *sorted(set(self.unknowns.owners) - {OUTSIDER})]
        touches = np.array(
            [[bool(owner) and owner == who for who in self._suspects] for owner in self.unknowns.owners]
        ).reshape(size, len(self._suspects))
        self._owned = [np.flatnonzero(touches[:, column]) for column in range(len(self._suspects))]
        self._goals = np.zeros((len(self.targets), size))
        for number, target in enumerate(self.targets):
            for index, coefficient in target.terms.items():
                self._goals[number, index] = coefficient
        needed = np.array([[t.above for t in self.targets], [t.below for t in self.targets]]) / self._scale
        self._needed = needed.reshape(2, len(self.targets))
        self._moves = Moves(self._room, self._goals, enough(self._needed), touches)
        self._moves.learn(self.kept.known(_MOVES) or ())
        owners = [{self.unknowns.owners[index] for index in target.terms} for target in self.targets]
        #: what is the suspect's alone is no secret to it; rows are targets
        self._is_own = np.array([[own == {who} - {OUTSIDER} for who in self._suspects] for own in owners])
        self._touches = touches.astype(float)
        self._seen: dict[tuple[int, frozenset[int]], list[Breach]] = {}
        self._reduced: dict[frozenset[int], list[int]] = {}

    def run(self, facts: list[Fact], *, is_one_enough: bool = False) -> list[Breach]:
        """Every breach (the first one found for each target) under these published facts, or those of one target."""
        scene = _Scene(self, [self._register(fact) for fact in facts])
        keys = [(number, scene.facts_about(number)) for number in range(len(self.targets))]
        known = [breach for key in keys for breach in self._seen.get(key, ())]
        if is_one_enough and known:
            return known
        changed = [key for key in keys if key not in self._seen]
        if changed:
            scene.prepare()
        for key in changed:
            self._seen[key] = scene.attack(key[0])
            if is_one_enough and self._seen[key]:
                return self._seen[key]
        return [breach for key in keys for breach in self._seen[key]]

    def left(self) -> dict[str, Any]:
        """What may start another attack: every move known by now, and what its user kept."""
        self.kept.keep(_MOVES, self._moves.steps())
        return self.kept.used

    def _register(self, fact: Fact) -> int:
        """Number of a fact, given at its first meeting."""
        key = fact.figure, fact.part
        if key not in self._number:
            number = self._number[key] = len(self._facts)
            if number == len(self._rows):
                self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
            for index, coefficient in fact.terms.items():
                self._rows[number, index] = coefficient
            self._facts.append(fact)
            self._accepted.append(self._is_accepted(fact))
            self._programme.add_fact(self._rows[number], fact.below / self._scale, fact.above / self._scale)
            self._moves.add_fact(number, self._rows[number])
        return self._number[key]

    def _is_accepted(self, fact: Fact) -> bool:
        sums: dict[str, float] = defaultdict(float)
        for index, coefficient in fact.terms.items():
            sums[self.unknowns.owners[index]] += coefficient * self._x[index]
        if fact.is_band or "" in sums or len(sums) < self.min_contributors or min(fact.terms.values()) <= 0:
            return False
        total = sum(abs(value) for value in sums.values())
        return max(abs(value) for value in sums.values()) <= self.dominance_share * total * (1 + 1e-12)

    def _independent(self, facts: list[int]) -> list[int]:
        """Facts that no combination of narrower ones already tells (a year beside its quarters is no news)."""
        key = frozenset(facts)
        if key not in self._reduced:
            ordered = sorted(facts, key=lambda n: (len(self._facts[n].terms), *self._name(n)))
            kept = independent(self._rows[ordered])
            self._reduced[key] = [ordered[position] for position in kept]
        return self._reduced[key]

    def _name(self, number: int) -> tuple[str, str]:
        return self._facts[number].figure, self._facts[number].part


def independent(rows: Matrix) -> list[int]:
    """Positions of the rows that are no combination of those before them."""
    rows = rows[:, np.abs(rows).max(axis=0, initial=0.0) > 0]
    size = rows.shape[1]
    basis = np.zeros((min(rows.shape), size))
    pivots: list[int] = []
    kept = []
    for position, row in enumerate(rows):
        rank = len(pivots)
        if rank == size:
            break
        left = row - row[pivots] @ basis[:rank] if rank else row.copy()
        pivot = int(np.argmax(np.abs(left)))
        if abs(left[pivot]) < EPSILON:
            continue
        left /= left[pivot]
        left[np.abs(left) < 1e-12] = 0.0
        if rank:
            basis[:rank] -= np.outer(basis[:rank, pivot], left)
        basis[rank] = left
        pivots.append(pivot)
        kept.append(position)
    return kept


class _Scene:
    """One attack under the facts in force, in units of the attack's scale."""

    def __init__(self, attack: Attack, facts: list[int]) -> None:
        self._attack, self._moves, self._owners = attack, attack._moves, attack.unknowns.owners
        groups, members = np.nonzero(attack._rows[facts])
        self._part_of = components(groups, members, len(self._owners))
        together: dict[int, list[int]] = defaultdict(list)
        for number in facts:
            together[self._part_of[next(iter(attack._facts[number].terms))]].append(number)
        self._bands = [number for number in facts if attack._facts[number].is_band]
        kept_of = {}
        for part, group in together.items():
            bands = set(group).intersection(self._bands)
            # a band combines with nothing: it is no equation
            kept_of[part] = frozenset(attack._independent([n for n in group if n not in bands])) | bands
        self._kept = sorted(number for kept in kept_of.values() for number in kept)
        self._accepted = attack._rows[[number for number in facts if attack._accepted[number]]]
        # an accepted fact that others tell together still says what its contributors may learn from it alone
        self._relevant_of = {
            part: kept | {number for number in together[part] if attack._accepted[number]}
            for part, kept in kept_of.items()
        }
        self._about: dict[frozenset[int], frozenset[int]] = {}

    def prepare(self) -> None:
        """Find the moves that change no fact in force, and which (side, target, suspect) they clear."""
        attack, moves = self._attack, self._moves
        attack._programme.put_in_force(set(self._kept))
        # a move may be made within a band, and changes no number
        self._allowed = moves.allowed([n for n in self._kept if not attack._facts[n].is_band])
        self._limits = self._limits_of(self._allowed)
        spares = moves.spares[self._allowed]
        far = moves.far(self._allowed, self._limits)
        self._cleared = np.array([side.T @ spares > 0 for side in far])
        self._cleared |= attack._is_own
        self._open = set(np.flatnonzero(~self._cleared.all(axis=(0, 2))).tolist())

    def _limits_of(self, moves: list[int]) -> Matrix:
        bands = [self._attack._facts[number] for number in self._bands]
        ends = np.array([[band.below, band.above] for band in bands]).reshape(-1, 2) / self._attack._scale
        return self._moves.limits(moves, self._attack._rows[self._bands], *ends.T)

    def facts_about(self, number: int) -> frozenset[int]:
        """The independent and the accepted facts of every part that a target lies in: what its answer depends on."""
        parts = frozenset(self._part_of[index] for index in self._attack.targets[number].terms)
        if parts not in self._about:
            self._about[parts] = frozenset().union(
                *(self._relevant_of.get(part, frozenset()) for part in parts)
            )
        return self._about[parts]

    def attack(self, number: int) -> list[Breach]:
        """The first breach of a target: by an outsider, then by each enterprise."""
        limits: Matrix | None = None
        for side, sign in enumerate((1, -1) if number in self._open else ()):
            for column in np.flatnonzero(~self._cleared[side, number]).tolist():
                # an answer since then may have cleared it
                if self._cleared[side, number, column]:
                    continue
                limits = self._told_alone(number) if limits is None else limits
                needed = self._required(number, limits, column, side)
                if self._known_width(number, column, side) >= enough(needed):
                    continue
                breach = self._ask(number, column, side, sign, needed)
                if breach:
                    return [breach]
        return []

    def _known_width(self, number: int, column: int, side: int) -> float:
        is_spared = self._moves.spares[self._allowed, column] > 0
        reach = self._moves.reaches(self._allowed, self._limits, number)[side]
        return float(reach[is_spared].max(initial=0.0))

    def _ask(self, number: int, column: int, side: int, sign: int, needed: float) -> Breach | None:
        """Ask the programme; a deviation found that goes far enough is kept for every target that it moves."""
        attack = self._attack
        frozen = attack._owned[column]
        cap = min(needed, 1e6)
        try:
            answer = attack._programme.farthest(sign * attack._goals[number], frozen, cap)
        except ArithmeticError as error:
            raise GateError(
                f"L'attaque de contrôle n'a pas pu conclure sur « {attack.targets[number].name} » ({error}) : rien n'est "
                "publié, la publication précédente est intacte. Signalez ce cas ; en attendant, retirez du registre ou des "
                "corrections le dernier montant hors d'échelle."
            ) from error
        if answer.width < enough(needed):
            holding = tuple(attack._facts[n] for n in self._kept if abs(answer.weights[n]) > EPSILON)
            # a solver that names no fact must not make a breach vanish: then every fact nearby is held
            nearby = tuple(attack._facts[n] for n in sorted(self.facts_about(number)))
            insider = attack._suspects[column]
            width = answer.width * attack._scale
            return Breach(attack.targets[number].name, insider, holding or nearby, sign, width, nearby)
        deviation = np.where(np.abs(answer.deviation) > 1e-9, answer.deviation, 0.0)
        move = self._moves.add(deviation, attack._rows[: len(attack._facts)])
        limits = self._limits_of([move])
        self._allowed.append(move)
        self._limits = np.concatenate([self._limits, limits])
        spares = self._moves.spares[move] > 0
        self._cleared |= (self._moves.far([move], limits)[:, 0] > 0)[:, :, None] & spares[None, None, :]
        return None

    def _told_alone(self, number: int) -> Matrix:
        """For the whole target, then each of its pieces: what accepted facts alone leave possible, by side and suspect."""
        goal = self._attack._goals[number]
        told = np.flatnonzero(goal)
        parts = np.array(self._part_of)[told]
        pieces = [told, *(told[parts == part] for part in np.unique(parts))]
        return np.array([self._left(piece, goal) for piece in pieces])

    def _left(self, piece: Indices, goal: Vector) -> Matrix:
        """How far the accepted facts that hold a piece, each alone, let it go for each suspect: as far as the others can."""
        attack = self._attack
        others = self._accepted[(self._accepted[:, piece] == goal[piece]).all(axis=1)]
        if not len(others):
            return np.full((2, len(attack._suspects)), np.inf)
        others[:, piece] = 0.0
        room = others * attack._room
        above = room.sum(axis=1, keepdims=True) - room @ attack._touches
        is_there = (others != 0) @ attack._touches > 0
        is_other = is_there.sum(axis=1, keepdims=True) - is_there > 0
        return np.array([above.min(axis=0), np.where(is_other, np.inf, 0.0).min(axis=0)])

    def _required(self, number: int, limits: Matrix, column: int, side: int) -> float:
        """Width to keep on one side: never below the believed lowest value, nor beyond what an accepted fact tells."""
        whole, *pieces = limits[:, side, column]
        needed = min(float(self._attack._needed[side, number]), float(whole), float(sum(pieces)))
        if side == 0:
            return needed
        insider = self._attack._suspects[column]
        free = sum(
            coefficient * float(self._attack._room[index]) if coefficient > 0 else np.inf
            for index, coefficient in self._attack.targets[number].terms.items()
            if self._owners[index] != insider or insider == OUTSIDER
        )
        return min(needed, free)
