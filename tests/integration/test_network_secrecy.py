"""What a network may tell, attacked by a witness of its own: an outsider, each enterprise, each pole."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
import pytest
from scipy.optimize import linprog

from periscope.settings import Secrecy
from protection import network
from protection.network import choose
from protection.network_terms import Member
from protection.primary import Figure

RULE = Secrecy()
QUARTER, YEAR = "2026-Q3", "2026"
Key = tuple[str, str]


@dataclass
class Poles:
    """Turnover of a quarter by pole and enterprise; `public` poles told their own total."""

    amounts: dict[str, dict[str, int]]
    public: frozenset[str] = frozenset()
    before: dict[str, dict[str, int]] = field(default_factory=dict)

    def figure(
        self, name: str, period: str, perimeter: str, told: dict[Key, int], item: str = "all"
    ) -> Figure:
        value = Decimal(sum(told.values()))
        cell = ("turnover_total", period, perimeter, "all" if item == "all" else "member", item)
        shape = ("eur", "enterprise", item == "all", True)
        parts = {"value": {key: Decimal(amount) for key, amount in told.items()}}
        return Figure(name, *cell, *shape, value, None, None, len({siren for _, siren in told}), parts)

    def _periods(self) -> dict[str, dict[str, dict[str, int]]]:
        """period -> pole -> siren -> amount; a year only when an earlier quarter is known."""
        found = {QUARTER: self.amounts}
        if self.before:
            both = {
                pole: {siren: amount + self.before[pole].get(siren, 0) for siren, amount in told.items()}
                for pole, told in self.amounts.items()
            }
            found |= {"2026-Q2": self.before, YEAR: both}
        return found

    def members(self) -> list[Member]:
        found = []
        for pole, told in self.amounts.items():
            ids = {siren: f"M{rank}" for rank, siren in enumerate(told)}
            figures = []
            for period, amounts in self._periods().items():
                rows = {(ids[siren], siren): amount for siren, amount in amounts[pole].items()}
                figures.append(self.figure(f"{period} all", period, "members", rows))
                figures += [
                    self.figure(f"{period} {key[0]}", period, "members", {key: amount}, key[0])
                    for key, amount in rows.items()
                ]
            names = frozenset({f"{QUARTER} all", f"{YEAR} all"} & {f.figure_id for f in figures})
            is_told = pole in self.public
            found.append(
                Member(pole, figures, names if is_told else frozenset(), frozenset() if is_told else names)
            )
        return found

    def network(self) -> list[Figure]:
        """The first pole by its id speaks for an enterprise."""
        found = []
        for period, amounts in self._periods().items():
            if period != "2026-Q2":
                told: dict[Key, int] = {}
                seen: set[str] = set()
                for pole in sorted(amounts):
                    for rank, (siren, amount) in enumerate(amounts[pole].items()):
                        if siren not in seen:
                            told[f"{pole}/M{rank}", siren] = amount
                            seen.add(siren)
                found.append(self.figure(f"network {period}", period, "network", told))
        return found

    def told(self) -> dict[str, str]:
        return choose(self.network(), self.members(), {}, RULE)


def poles(*totals: tuple[int, ...], public: tuple[int, ...] = ()) -> Poles:
    """One pole per tuple of amounts of its own enterprises."""
    amounts = {
        f"P{n}": {f"{n}0000000{rank}": amount for rank, amount in enumerate(told)}
        for n, told in enumerate(totals)
    }
    return Poles(amounts, frozenset(f"P{n}" for n in public))


EVEN = (50_000, 40_000, 60_000, 45_000)


def test_many_even_poles_are_told() -> None:
    assert poles(*[EVEN] * 5).told() == {}


def test_what_every_pole_publishes_is_told() -> None:
    assert poles(*[EVEN] * 3, public=(0, 1, 2)).told() == {}


def test_two_poles_are_not_enough() -> None:
    assert poles(EVEN, EVEN).told()["network 2026-Q3"].startswith("Moins de 3 pôles")


def test_a_dominant_pole_is_not_told() -> None:
    large = tuple(40 * amount for amount in EVEN)
    assert poles(large, EVEN, EVEN, EVEN).told()["network 2026-Q3"].startswith("Moins de 3 pôles")


def test_a_dominant_enterprise_is_not_told() -> None:
    assert poles((9_000_000, 1), EVEN, EVEN).told()["network 2026-Q3"] == "Une entreprise domine ce chiffre."


def test_the_only_pole_that_hides_is_not_told_by_difference() -> None:
    assert poles(*[EVEN] * 5, public=(0, 1, 2, 3)).told() == {"network 2026-Q3": network._LEFT}


def test_an_enterprise_of_two_poles_is_not_told_by_difference() -> None:
    """Every pole is public: the sum of the poles less the network is the enterprise counted once."""
    shared = poles(*[EVEN] * 4, public=(0, 1, 2, 3))
    shared.amounts["P2"]["000000000"] = 50_000
    shared.amounts["P0"] = {"000000000": 50_000, **shared.amounts["P0"]}
    assert shared.told() == {"network 2026-Q3": network._LEFT}


def test_a_network_too_large_to_attack_tells_only_what_poles_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "MAX_ATTACK", 0)
    assert poles(*[EVEN] * 5).told() == {"network 2026-Q3": network._TOO_LARGE}
    assert poles(*[EVEN] * 3, public=(0, 1, 2)).told() == {}


def test_a_figure_that_no_network_makes_keeps_its_own_reason() -> None:
    """Not « secret »: the growth that a median would be made of is hidden, the median was never made."""
    two = poles(EVEN, EVEN)
    total = two.network()[0]
    growth = replace(
        total,
        figure_id="growth",
        indicator_id="turnover_total_growth",
        unit="share",
        is_additive=False,
        value=Decimal("0.1"),
        numerator=total.value,
        denominator=total.value,
        parts={"numerator": total.parts["value"], "denominator": total.parts["value"]},
    )
    median = replace(
        growth,
        figure_id="median",
        indicator_id="turnover_median_growth",
        value=None,
        numerator=None,
        denominator=None,
        contributors=0,
        parts={},
    )
    told = choose([total, growth, median], two.members(), {}, RULE)
    assert told.keys() == {"network 2026-Q3", "growth"}


def test_a_year_is_not_told_without_the_quarters_published_in_it() -> None:
    with_year = poles(*[EVEN] * 5)
    with_year.before = with_year.amounts
    assert choose(with_year.network(), with_year.members(), {}, RULE) == {}
    hidden_before = {"2026-Q2": frozenset[str]()}
    assert choose(with_year.network(), with_year.members(), hidden_before, RULE) == {
        "network 2026": network._BETWEEN
    }


def _reach(
    facts: list[np.ndarray], truth: np.ndarray, known: set[int], goal: np.ndarray
) -> tuple[float, float]:
    """Lowest and highest value of `goal` that non-negative amounts can have, these sums and amounts being known."""
    rows = [*facts, *(np.eye(len(truth))[index] for index in sorted(known))]
    equal = {"A_eq": np.array(rows), "b_eq": np.array([row @ truth for row in rows])} if rows else {}
    ends = []
    for sign in (1, -1):
        answer = linprog(sign * goal, bounds=(0, None), **equal)
        ends.append(sign * answer.fun if answer.status == 0 else sign * -np.inf)
    return ends[0], ends[1]


def _is_known(facts: list[np.ndarray], truth: np.ndarray, known: set[int], goal: np.ndarray) -> bool:
    """True when the goal is known closer than its interval on either side."""
    amount = float(goal @ truth)
    low, high = _reach(facts, truth, known, goal)
    width = max(RULE.interval_share * amount, RULE.interval_floor_eur)
    return high - amount < width - 1 or amount - low < min(width, amount) - 1


def _drawn(seed: int) -> Poles:
    """A small network; one in three shares an enterprise, and a pole publishes its total only where its rule lets it."""
    draw = random.Random(seed)
    sizes = [draw.randint(3, 5) for _ in range(draw.randint(3, 5))]
    told = poles(*[tuple(draw.randint(20_000, 90_000) for _ in range(size)) for size in sizes])
    if seed % 3 == 0:
        siren, amount = next(iter(told.amounts["P0"].items()))
        told.amounts["P1"][siren] = amount
    told.public = frozenset(
        pole
        for pole, amounts in told.amounts.items()
        if draw.random() < 0.3 and max(amounts.values()) < 0.6 * sum(amounts.values())
    )
    return told


@pytest.mark.slow
def test_no_attacker_learns_from_the_network_what_poles_do_not_tell() -> None:
    networks = [_drawn(seed) for seed in range(24)]
    shown = [told for told in networks if not told.told()]
    assert len(shown) >= 6, "hiding everything proves nothing"
    assert len(shown) < len(networks), "nor does a draw without any secret to keep"
    for told in shown:
        _attack(told)


def test_the_witness_finds_the_pole_that_is_told_by_difference() -> None:
    with pytest.raises(AssertionError):
        _attack(poles(*[EVEN] * 5, public=(0, 1, 2, 3)))


def _attack(told: Poles) -> None:
    """Every attacker against every secret, the network's total being told, beside what poles alone let know."""
    sirens = sorted({siren for amounts in told.amounts.values() for siren in amounts})
    place = {siren: index for index, siren in enumerate(sirens)}
    truth = np.array([next(a[s] for a in told.amounts.values() if s in a) for s in sirens], dtype=float)
    totals = {pole: np.zeros(len(sirens)) for pole in told.amounts}
    for pole, amounts in told.amounts.items():
        totals[pole][[place[siren] for siren in amounts]] = 1
    public = [totals[pole] for pole in sorted(told.public)]
    attackers = [set[int](), *({place[siren]} for siren in sirens)]
    attackers += [{place[siren] for siren in amounts} for amounts in told.amounts.values()]
    goals = [*np.eye(len(sirens)), *(totals[pole] for pole in told.amounts if pole not in told.public)]
    for known in attackers:
        for goal in goals:
            is_own = set(np.flatnonzero(goal).tolist()) <= known
            if not is_own and _is_known([*public, np.ones(len(sirens))], truth, known, goal):
                assert _is_known(public, truth, known, goal), (sorted(known), goal)
