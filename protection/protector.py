"""Which more figures to hide so that no hidden one can be worked out: a joint choice at the least cost.

Fischetti and Salazar's model with Benders cuts: a master programme chooses what to hide, the attack answers with the
facts that betray a target, and at least one of the figures of each proof must then be hidden. Each choice of the master
is at once completed into one that the attack passes: the best of them is kept, so that stopping early hides more,
never less. The budget is a number of rounds and of nodes: a slow machine gives the same masks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from periscope.disclosure import Attack, Breach, attacked
from periscope.errors import GateError
from periscope.linear_system import Fact, Target, Unknowns, blocks
from periscope.programme import cheapest_cover
from periscope.reuse import Reuse
from periscope.settings import Secrecy

_MAX_NODES = 2000
Figures = frozenset[str]


@dataclass(frozen=True)
class Choice:
    """Figures hidden, those that must be included; `is_optimal` is false when the budget ended first."""

    hidden: Figures
    is_optimal: bool
    rounds: int


class Protector:
    """One search; `costs` has the figures that may be hidden, others of `facts` were already delivered."""

    def __init__(
        self, attack: Attack, facts: list[Fact], costs: dict[str, float], must_hide: Figures
    ) -> None:
        self._attack, self._must_hide = attack, must_hide
        self._facts = [fact for fact in facts if fact.figure not in must_hide]
        self._costs = {fact.figure: costs[fact.figure] for fact in self._facts if fact.figure in costs}
        self._cuts: dict[Figures, None] = {}

    def choose(self, max_rounds: int) -> Choice:
        """Hide what is needed at the least cost. Raises GateError when hiding everything is not enough."""
        best = self._pruned(self._completed(frozenset()))
        for rounds in range(1, max_rounds + 1):
            cheapest = self._cheapest()
            if cheapest is None:
                return Choice(self._must_hide | best, False, rounds)
            if self._cost(cheapest) >= self._cost(best) - 1e-9:
                return Choice(self._must_hide | best, True, rounds)
            completed = self._completed(cheapest)
            best = min(best, completed, key=self._cost)
            if completed == cheapest:
                return Choice(self._must_hide | best, True, rounds)
        return Choice(self._must_hide | best, False, max_rounds)

    def _cost(self, hidden: Figures) -> float:
        return sum(self._costs[name] for name in sorted(hidden))

    def _breaches(self, hidden: Figures, *, is_one_enough: bool = False) -> list[Breach]:
        told = [fact for fact in self._facts if fact.figure not in hidden]
        return self._attack.run(told, is_one_enough=is_one_enough)

    def _completed(self, hidden: Figures) -> Figures:
        """Hide more until the attack finds nothing, keeping every proof met on the way as a cut."""
        while breaches := self._breaches(hidden):
            cuts = sorted({self._cut(breach, hidden) for breach in breaches}, key=sorted)
            self._cuts |= dict.fromkeys(cuts)
            hidden |= self._greedy(cuts)
        self._cuts = dict.fromkeys(_narrowest(self._cuts))
        return hidden

    def _cut(self, breach: Breach, hidden: Figures) -> Figures:
        """Figures of which one at least must be hidden; refuses when all were already delivered."""
        free = self._free(breach.facts) or self._free(breach.nearby)
        if not free:
            raise GateError(
                f"« {breach.target} » se déduit de chiffres déjà remis "
                f"({', '.join(sorted({f.figure for f in breach.facts}))}) et de ce qui serait publié : rien n'est "
                "publié. Retirez du registre la donnée nouvelle qui le révèle, ou recueillez l'accord écrit des "
                "membres concernés."
            )
        return free

    def _free(self, facts: tuple[Fact, ...]) -> Figures:
        return frozenset(fact.figure for fact in facts if fact.figure in self._costs)

    def _greedy(self, cuts: list[Figures]) -> Figures:
        """Figures that meet every cut, each time the one that meets most for its cost."""
        chosen: set[str] = set()
        left = cuts
        while left:
            met: dict[str, int] = {}
            for cut in left:
                for name in cut:
                    met[name] = met.get(name, 0) + 1
            best = min(met, key=lambda name: (self._costs[name] / met[name], name))
            chosen.add(best)
            left = [cut for cut in left if best not in cut]
        return frozenset(chosen)

    def _pruned(self, hidden: Figures) -> Figures:
        """Show again, dearest first, each figure without which the attack still finds nothing."""
        for name in sorted(hidden, key=lambda name: (-self._costs[name], name)):
            fewer = hidden - {name}
            if any(not cut & fewer for cut in self._cuts):
                continue
            breaches = self._breaches(fewer, is_one_enough=True)
            if breaches:
                self._cuts |= dict.fromkeys(self._cut(breach, fewer) for breach in breaches)
            else:
                hidden = fewer
        return hidden

    def _cheapest(self) -> Figures | None:
        """A set that meets every cut at the least cost; None when the nodes end before."""
        cuts = sorted(self._cuts, key=sorted)
        if not cuts:
            return frozenset()
        costs = {name: self._costs[name] for name in sorted(frozenset[str]().union(*cuts))}
        column = {name: position for position, name in enumerate(costs)}
        sets = [[column[name] for name in sorted(cut)] for cut in cuts]

        def solve() -> list[list[str]]:
            taken = cheapest_cover(np.array(list(costs.values())), sets, _MAX_NODES)
            return [] if taken is None else [[name for name in costs if taken[column[name]]]]

        # proofs often stay what they were when an amount moves
        found = self._attack.kept.get((costs, sets), solve)
        return frozenset(found[0]) if found else None


def _narrowest(cuts: Iterable[Figures]) -> list[Figures]:
    """The cuts that hold no other: what meets these meets all."""
    found: list[Figures] = []
    for cut in sorted(cuts, key=lambda cut: (len(cut), sorted(cut))):
        if not any(narrower <= cut for narrower in found):
            found.append(cut)
    return found


def choose(
    attack: Attack, facts: list[Fact], costs: dict[str, float], must_hide: Figures, max_rounds: int
) -> Choice:
    """Hide what is needed among `costs` so that the attack finds nothing; `must_hide` is hidden whatever it costs."""
    return Protector(attack, facts, costs, must_hide).choose(max_rounds)


def choose_by_block(
    unknowns: Unknowns,
    facts: list[Fact],
    targets: list[Target],
    costs: dict[str, float],
    rule: Secrecy,
    kept: Reuse,
) -> Figures:
    """What more to hide, block by block: unknowns that no figure links are protected apart.

    A block of an earlier run, in `kept`, is not searched again (see `periscope.disclosure.attacked`).
    """
    hidden = Figures()
    for part, told, mine in blocks(unknowns, facts, targets):
        if told and mine:
            its_costs = {fact.figure: costs[fact.figure] for fact in told if fact.figure in costs}
            search = partial(_search, told, its_costs, rule.max_rounds)
            hidden |= frozenset(attacked(part, mine, rule, kept, (told, its_costs), search))
    return hidden


def _search(facts: list[Fact], costs: dict[str, float], max_rounds: int, attack: Attack) -> list[str]:
    return sorted(choose(attack, facts, costs, Figures(), max_rounds).hidden)
