"""Breakdowns that could be published where the one asked for is mostly hidden, and how much each tells.

Every way of merging functions into classes is judged by the rule of each cell; the best one, and functions told for
years only, are then protected together with all the rest, as if they had been chosen: what is offered can be published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from periscope.layouts import BANDS, YEAR_ONLY, class_id, setting
from periscope.reuse import Reuse
from periscope.settings import Secrecy
from protection import system
from protection.consents import Consent
from protection.primary import Figure, causes
from protection.registry import Delivered

Classes = tuple[frozenset[str], ...]
Cells = dict[tuple[str, str], list[Figure]]


@dataclass(frozen=True)
class Told:
    """What one layout tells of one breakdown: cells published, and the share (0..1) of the total that they make.

    `layout` is the line of periscope.toml that chooses it; empty for the functions as they are now.
    """

    layout: str
    indicator_id: str
    period: str
    cells_count: int
    shown_count: int
    told_share: Decimal


def told_by_quarter(scope: list[Figure]) -> frozenset[str]:
    """Amounts of enterprises by function and quarter: what `function_period = "year"` keeps in the house."""
    return frozenset(
        figure.figure_id
        for figure in scope
        if figure.secrecy == "enterprise" and figure.dimension == "function" and "-Q" in figure.period
    )


def is_asked(scope: list[Figure]) -> bool:
    """Whether anything is told by function that another layout could tell otherwise."""
    return bool(told_of_members(scope))


def _best_classes(scope: list[Figure], agreed: list[Consent], rule: Secrecy) -> Classes:
    """The classes that would tell most if each cell were judged alone; empty when there is nothing to merge."""
    cells = _breakdowns(scope)
    asked = [figure for told in cells.values() for figure in told]
    by_rule = []
    for classes in _partitions(sorted({figure.item for figure in asked})):
        merged = [figure for told in cells.values() for figure in merge(told, classes)]
        alone = frozenset(causes(merged, rule, agreed))
        score = _score(_told("", _breakdowns(merged), alone))
        by_rule.append((score, sorted(map(class_id, classes)), classes))
    return max(by_rule)[-1] if by_rule else ()


def search(
    figures: list[Figure],
    scope: list[Figure],
    agreed: list[Consent],
    past: list[Delivered],
    rule: Secrecy,
    kept: Reuse,
) -> tuple[list[list[Told]], Reuse]:
    """What each layout would tell once protected together with all the rest; takes as long as the masks themselves.

    `figures` and `scope` are those of enterprises: counts of persons are no part of it. `kept` are choices of an earlier
    run; it is returned with those that were used.
    """
    # a search without refinement hides more, never less: what is offered is at least what would be told
    quick = replace(rule, max_rounds=0)
    asked = [(YEAR_ONLY, scope, told_by_quarter(scope))]
    if classes := _best_classes(scope, agreed, rule):
        asked.append((setting(map(class_id, classes)), merge(scope, classes), frozenset()))
    found = []
    for name, told, withheld in asked:
        alone = frozenset(causes(told, rule, agreed))
        chosen = system.solve(figures, told, alone, agreed, past, quick, kept, withheld)
        found.append(_told(name, _breakdowns(told), chosen.hidden))
    return found, kept


def told_of_members(scope: list[Figure]) -> list[Figure]:
    """What offers are about."""
    return [figure for told in _breakdowns(scope).values() for figure in told]


def is_mostly_hidden(scope: list[Figure], hidden: frozenset[str]) -> bool:
    """Whether less than half of what is told by function is published."""
    asked = told_of_members(scope)
    return 2 * sum(figure.figure_id not in hidden for figure in asked) < len(asked)


def offers(
    scope: list[Figure], hidden: frozenset[str], searched: list[list[Told]], banded: frozenset[str]
) -> list[Told]:
    """The present layout first, then those that tell more, the best first; none while half is published.

    Bands tell more cells of the present layout, the `banded` ones, and no more of its totals.
    """
    if not is_mostly_hidden(scope, hidden):
        return []
    cells = _breakdowns(scope)
    now = _told("", cells, hidden)
    shown = {row: sum(f.figure_id in banded for f in cells[row.indicator_id, row.period]) for row in now}
    in_bands = [replace(row, layout=BANDS, shown_count=row.shown_count + more) for row, more in shown.items()]
    better = sorted(
        (told for told in [*searched, in_bands] if _score(told) > _score(now)), key=_score, reverse=True
    )
    return [row for told in [now, *better] for row in told] if better else []


def _breakdowns(scope: list[Figure]) -> Cells:
    """Headline amounts of enterprises by function, whole perimeter, of the periods that tell two functions or more."""
    cells: Cells = defaultdict(list)
    for figure in scope:
        is_asked = figure.is_headline and figure.secrecy == "enterprise" and figure.dimension == "function"
        if is_asked and figure.perimeter == "members" and figure.parts:
            cells[figure.indicator_id, figure.period].append(figure)
    return {key: told for key, told in cells.items() if len(told) > 1}


def _partitions(items: list[str]) -> Iterator[Classes]:
    """Every way of putting the functions into two classes or more, but the functions as they are."""

    def split(left: list[str]) -> Iterator[tuple[frozenset[str], ...]]:
        if not left:
            yield ()
            return
        for rest in split(left[1:]):
            yield (frozenset(left[:1]), *rest)
            for place in range(len(rest)):
                yield (*rest[:place], rest[place] | {left[0]}, *rest[place + 1 :])

    return (classes for classes in split(items) if 1 < len(classes) < len(items))


def merge(scope: list[Figure], classes: Classes) -> list[Figure]:
    """The same figures with classes in the place of functions; a median only keeps that it exists."""
    place = {function: class_id(one) for one in classes for function in one}
    found, groups = [], defaultdict(list)
    for figure in scope:
        if figure.dimension == "function":
            groups[figure.indicator_id, figure.period, figure.perimeter, place[figure.item]].append(figure)
        else:
            found.append(figure)
    for (*_, item), group in groups.items():
        found.append(group[0] if len(group) == 1 else _sum(group, item))
    return sorted(found, key=lambda figure: figure.key)


def _sum(group: list[Figure], item: str) -> Figure:
    """One figure of several: an entity that two functions count is counted once."""
    parts: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for figure in group:
        for part, told in figure.parts.items():
            parts[part] |= told

    def total(part: str) -> Decimal | None:
        if part in parts:
            return sum(parts[part].values(), Decimal(0))
        return next((told for figure in group if (told := getattr(figure, part)) is not None), None)

    first = group[0]
    sirens = {siren for told in parts.values() for _, siren in told}
    return replace(
        first,
        figure_id="|".join((*first.key[:4], item)),
        item=item,
        value=total("value"),
        numerator=total("numerator"),
        denominator=total("denominator"),
        contributors=len(sirens),
        parts=dict(parts),
    )


def _told(name: str, cells: Cells, hidden: frozenset[str]) -> list[Told]:
    found = []
    for (indicator_id, period), figures in sorted(cells.items()):
        shown = [figure for figure in figures if figure.figure_id not in hidden]
        total = sum((_amount(figure) for figure in figures), Decimal(0))
        told = sum((_amount(figure) for figure in shown), Decimal(0)) / total if total else Decimal(0)
        found.append(Told(name, indicator_id, period, len(figures), len(shown), round(told, 6)))
    return found


def _amount(figure: Figure) -> Decimal:
    """How much a cell weighs in its breakdown; a rate weighs its denominator."""
    part = figure.parts.get("value" if figure.is_additive else "denominator", {})
    return sum((abs(told) for told in part.values()), Decimal(0))


def _score(told: list[Told]) -> tuple[Decimal, int]:
    """More of the totals first, then more cells."""
    return sum((row.told_share for row in told), Decimal(0)), sum(row.shown_count for row in told)
