"""Secrecy on random small poles: `python -m benchmarks.protection [POLES [plain]]` (200 if nothing is said).

Each pole publishes four quarters, each with its year to date, to three readers (committee, funder, public); the funder
also sees what some members agreed to show it. Members come, and some leave in the middle of a quarter: their turnover
of that quarter counts, their jobs at its end do not (`plain`: turnover and growth only, nobody leaves). At the end the attacker gets the whole registry: every number that any
reader ever had. It must know no protected amount closer than its interval. The same attack on tables that were each
protected alone says what the joint protection is for. Seeds are 0, 1, …; nothing reads a clock but the durations.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal

from periscope.disclosure import breaches
from periscope.settings import Secrecy
from protection import relations as rel
from protection import system
from protection.consents import Consent
from protection.primary import Figure, cause
from protection.registry import Delivered

RULE = Secrecy()
FUNCTIONS = ("creation_support", "promotion_training", "csr_promotion")
PERIMETERS = ("members", "permanent_residents", "occasional_users")
QUARTERS = [f"{year}-Q{number}" for year in (2025, 2026) for number in (1, 2, 3, 4)]
AGREED = "agreed"
Told = dict[tuple[str, str], Decimal]


@dataclass
class Pole:
    """Members with a function, a presence, and a turnover and jobs in the quarters when they belong to the pole."""

    seed: int
    #: without bridge, jobs nor leavers
    is_plain: bool = False
    kinds: list[tuple[str, str]] = field(default_factory=list)
    amounts: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    jobs: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    agreed: list[Consent] = field(default_factory=list)

    def __post_init__(self) -> None:
        draw = random.Random(self.seed)
        for member in range(draw.randint(5, 9)):
            self.kinds.append((draw.choice(FUNCTIONS), draw.choice(PERIMETERS[1:])))
            level, since = draw.lognormvariate(10.5, 0.8), draw.choice([0] * 5 + [3, 5, 6])
            stays = len(QUARTERS)
            last = stays if since or self.is_plain else draw.choice([stays] * 4 + [4, 6])
            for number, quarter in enumerate(QUARTERS[since : last + 1], since):
                amount = Decimal(str(round(level * draw.lognormvariate(0, 0.2), 2)))
                self.amounts[member, quarter] = amount
                if number < last and not self.is_plain:
                    self.jobs[member, quarter] = Decimal(
                        str(round(level / 8000 * draw.lognormvariate(0, 0.2), 3))
                    )
        if self.seed % 3 == 0:
            self.agreed = [Consent(self.siren(0), "funder", "turnover_total")]

    def siren(self, member: int) -> str:
        return f"{100_000_000 + member}"

    def figures(self, last: str) -> list[Figure]:
        """Turnover and jobs by function and perimeter, growth and bridge, up to a quarter and the years to it."""
        known = [quarter for quarter in QUARTERS if quarter <= last]
        periods = {quarter: [quarter] for quarter in known}
        for year in sorted({quarter[:4] for quarter in known}):
            periods[year] = [quarter for quarter in known if quarter[:4] == year]
        found = []
        for period, quarters in periods.items():
            for perimeter in PERIMETERS:
                sums = self._sums(self.amounts, quarters, perimeter)
                jobs = self._sums(self.jobs, quarters[-1:], perimeter)
                for indicator, amounts in (("turnover_total", sums), ("jobs_fte", jobs)):
                    cells = {("all", "all"): list(amounts)}
                    for member in amounts:
                        cells.setdefault(("function", self.kinds[member][0]), []).append(member)
                    found += [
                        self._total(indicator, period, perimeter, *cell, {m: amounts[m] for m in members})
                        for cell, members in cells.items()
                        if members
                    ]
                years_before = [f"{int(q[:4]) - 1}{q[4:]}" for q in quarters]
                before = self._sums(self.amounts, years_before, perimeter)
                if years_before[0] >= QUARTERS[0] and not self.is_plain:
                    found += self._bridge(period, perimeter, sums, before)
                    changes = _changes(jobs, self._sums(self.jobs, years_before[-1:], perimeter))
                    if changes:
                        found.append(
                            self._total("jobs_net_change_fte", period, perimeter, "all", "all", changes)
                        )
                panel = sorted(sums.keys() & before.keys())
                if panel:
                    found.append(self._growth(period, perimeter, panel, sums, before))
        return found

    def _sums(
        self, amounts: dict[tuple[int, str], Decimal], quarters: list[str], perimeter: str
    ) -> dict[int, Decimal]:
        sums: dict[int, Decimal] = {}
        for member, (_, presence) in enumerate(self.kinds):
            told = [amounts[member, q] for q in quarters if (member, q) in amounts]
            if told and perimeter in ("members", presence):
                sums[member] = sum(told, Decimal(0))
        return sums

    def _told(self, amounts: dict[int, Decimal]) -> Told:
        return {(f"M{member}", self.siren(member)): amount for member, amount in amounts.items()}

    def _bridge(
        self, period: str, perimeter: str, now: dict[int, Decimal], before: dict[int, Decimal]
    ) -> list[Figure]:
        """What makes the change on one year; an item in which nobody is says nothing."""
        changes = _changes(now, before)
        kept = {
            "organic": now.keys() & before.keys(),
            "entrants": now.keys() - before.keys(),
            "leavers": before.keys() - now.keys(),
            "total": changes.keys(),
        }
        return [
            self._total(
                "turnover_bridge", period, perimeter, "item", item, {m: changes[m] for m in sorted(members)}
            )
            for item, members in kept.items()
            if members
        ]

    def _total(
        self,
        indicator: str,
        period: str,
        perimeter: str,
        dimension: str,
        item: str,
        amounts: dict[int, Decimal],
    ) -> Figure:
        key = (indicator, period, perimeter, dimension, item)
        value = sum(amounts.values(), Decimal(0))
        unit = "fte" if indicator.endswith("fte") else "eur"
        shape = (unit, "enterprise", dimension == "all", True)
        return Figure(
            "|".join(key), *key, *shape, value, None, None, len(amounts), {"value": self._told(amounts)}
        )

    def _growth(
        self,
        period: str,
        perimeter: str,
        panel: list[int],
        now: dict[int, Decimal],
        before: dict[int, Decimal],
    ) -> Figure:
        key = ("turnover_panel_growth", period, perimeter, "all", "all")
        told = {
            "numerator": self._told({m: now[m] for m in panel}),
            "denominator": self._told({m: before[m] for m in panel}),
        }
        top, base = (sum(told[part].values(), Decimal(0)) for part in ("numerator", "denominator"))
        shape = ("share", "enterprise", True, False)
        return Figure(
            "|".join(key), *key, *shape, round(top / base - 1, 6), top, base, len(panel), dict(told)
        )


def _changes(now: dict[int, Decimal], before: dict[int, Decimal]) -> dict[int, Decimal]:
    return {m: now.get(m, Decimal(0)) - before.get(m, Decimal(0)) for m in sorted(now.keys() | before.keys())}


def primaries(figures: list[Figure], agreed: list[Consent]) -> frozenset[str]:
    known = {f.figure_id: frozenset(c.siren for c in agreed if c.covers(f.indicator_id)) for f in figures}
    return frozenset(f.figure_id for f in figures if cause(f, RULE, known[f.figure_id]))


def delivered(figures: list[Figure], scope: list[Figure], hidden: frozenset[str]) -> list[Delivered]:
    amounts = rel.Amounts(figures)
    return [
        Delivered(
            f.figure_id,
            f.figure_id not in hidden,
            str(f.value),
            rel.enterprise_terms(f, amounts),
        )
        for f in scope
    ]


def agreed_to(pole: Pole, figures: list[Figure], scope: list[Figure]) -> list[Delivered]:
    """What the funder was shown because a member agreed: its own part of each figure."""
    amounts, found = rel.Amounts(figures), []
    for consent in pole.agreed:
        for figure in scope:
            told = rel.enterprise_terms(figure, amounts) if consent.covers(figure.indicator_id) else {}
            own = {
                part: mine
                for part, terms in told.items()
                if (mine := [term for term in terms if term[0][3] == consent.siren])
            }
            found.append(Delivered(f"{AGREED} {figure.figure_id}", True, "", own))
    return found


def known_too_closely(pole: Pole, past: list[Delivered], counts: list[int]) -> int:
    """Amounts protected in some quarter that the whole registry betrays; `counts` are what each quarter found in it.

    Set aside, side by side: what agreements tell, and what earlier quarters told before there was anything to hide (a
    year to date whose first two quarters are known cannot be much lower than their sum).
    """
    found = set[tuple[str, str]]()
    for last, count in zip(QUARTERS[4:], counts, strict=True):
        figures = pole.figures(last)
        scope = [f for f in figures if f.period in (last, last[:4])]
        first = primaries(scope, pole.agreed)
        before = system._enterprises(figures, scope, first, RULE, pole.agreed, past[:count])
        wanted = {target.name: target for target in system.not_lost(*before, set(), RULE)}
        relations, targets = system._enterprises(figures, scope, first, RULE, pole.agreed, past)
        facts = [fact for fact in relations.facts if fact.figure.endswith(rel.DELIVERED)]
        kept = [
            replace(target, above=wanted[target.name].above, below=wanted[target.name].below)
            for target in targets
            if target.name in wanted
        ]
        found |= {(last, b.target) for b in breaches(relations.unknowns, facts, kept, RULE)}
    return len(found)


def measure(seed: int, *, is_plain: bool = False) -> Counter[str]:
    """Publish four quarters of one pole, jointly and then table by table; count cells kept and cells betrayed."""
    pole, counts = Pole(seed, is_plain), Counter[str]()
    joint: list[Delivered] = []
    alone: list[Delivered] = []
    jointly_before, alone_before = list[int](), list[int]()
    for last in QUARTERS[4:]:
        figures = pole.figures(last)
        scope = [f for f in figures if f.period in (last, last[:4])]
        first = primaries(scope, pole.agreed)
        jointly_before.append(len(joint))
        alone_before.append(len(alone))
        started = time.monotonic()
        hidden = system.solve(figures, scope, first, pole.agreed, joint, RULE).hidden
        counts["milliseconds"] += round(1000 * (time.monotonic() - started))
        joint += delivered(figures, scope, hidden) + agreed_to(pole, figures, scope)
        tables: dict[tuple[str, str, str], list[Figure]] = {}
        for figure in scope:
            tables.setdefault(figure.key[:3], []).append(figure)
        by_table = frozenset[str]()
        for table in tables.values():
            mine = first & {f.figure_id for f in table}
            by_table |= system.solve(figures, table, mine, pole.agreed, [], RULE).hidden
        alone += delivered(figures, scope, by_table) + agreed_to(pole, figures, scope)
        counts["cells"] += len(scope)
        counts["publishable"] += len(scope) - len(first)
        counts["kept_jointly"] += len(scope) - len(hidden)
        counts["kept_alone"] += len(scope) - len(by_table)
    counts["betrayed_jointly"] = known_too_closely(pole, joint, jointly_before)
    counts["betrayed_alone"] = known_too_closely(pole, alone, alone_before)
    return counts


def main(poles: int, *, is_plain: bool) -> None:
    total = Counter[str]()
    for seed in range(poles):
        total += measure(seed, is_plain=is_plain)
    kept = {way: total[f"kept_{way}"] / total["publishable"] for way in ("jointly", "alone")}
    print("| way | cells | publishable by themselves | kept | share kept | known too closely |")
    print("|---|---|---|---|---|---|")
    for way in ("jointly", "alone"):
        row = total["cells"], total["publishable"], total[f"kept_{way}"]
        print(
            f"| {way} | {' | '.join(map(str, row))} | {100 * kept[way]:.1f} % | {total[f'betrayed_{way}']} |"
        )
    print(
        f"\n{poles} poles, 4 quarters, 3 readers; {total['milliseconds'] / 4 / poles:.0f} ms a quarter, jointly."
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, is_plain="plain" in sys.argv)
