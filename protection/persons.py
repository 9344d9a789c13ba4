"""The linear system of counts of persons: unknown numbers of projects and posts, and the counts that few are in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from periscope.linear_system import Target
from periscope.settings import Secrecy
from protection import relations as rel
from protection.consents import Consent
from protection.primary import Figure, Parts
from protection.registry import Delivered
from protection.relations import AGREED, DELIVERED

#: Marks a count that an earlier delivery hid.
_HIDDEN = " remis caché"


def system(
    figures: list[Figure],
    mine: list[Figure],
    primaries: frozenset[str],
    rule: Secrecy,
    agreed: list[Consent],
    past: list[Delivered],
) -> tuple[rel.Relations, list[Target]]:
    """A small count must remain possible one lower and one higher; a larger one of one member betrays nobody.

    One that was hidden when it was delivered stays so, with all that was delivered.
    """
    before = list(_delivered(figures, past))
    relations = rel.person_relations([*mine, *before])
    values = relations.unknowns.values
    by_id = {figure.figure_id: figure for figure in [*before, *mine]}
    found: dict[frozenset[tuple[int, float]], Target] = {}
    for fact in list(relations.facts):
        figure = by_id[fact.figure]
        count = sum(coefficient * values[index] for index, coefficient in fact.terms.items())
        is_hidden_before = fact.figure.endswith(_HIDDEN)
        if is_hidden_before:
            relations.facts.remove(fact)
        if figure.dimension == "member" and count >= rule.min_persons:
            sirens = {siren for part in figure.parts.values() for _, siren in part}
            if any(c.siren in sirens and c.covers(figure.indicator_id) for c in agreed):
                relations.facts.append(replace(fact, figure=f"{AGREED}{min(sirens)} {fact.figure}"))
        elif fact.figure in primaries or (is_hidden_before and count < rule.min_persons):
            target = Target(f"{fact.figure} {fact.part}", fact.terms, 1.0, min(1.0, count))
            found.setdefault(frozenset(fact.terms.items()), target)
    return relations, list(found.values())


def _delivered(figures: list[Figure], past: list[Delivered]) -> Iterator[Figure]:
    """Counts as they were delivered, made again from the rows of today: a year to date had fewer quarters then.

    The registry names no person: a count that was corrected since is not found again, and left out.
    """
    by_id = {figure.figure_id: figure for figure in figures if figure.secrecy == "person"}
    quarters: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
    for figure in by_id.values():
        quarters[_cell(figure)].append(figure)
    for rank, told in enumerate(past):
        if told.figure_id not in by_id or by_id[told.figure_id].dimension == "member":
            continue
        figure, cells = by_id[told.figure_id], [by_id[told.figure_id]]
        if "-Q" not in figure.period:
            cells = [f for f in quarters[_cell(figure)] if "-Q" in f.period and f.period <= told.quarter]
        # a flow adds up over the quarters of its year, a stock is that of the last one
        for then in (cells, cells[-1:]):
            parts = _together(then, rank)
            if told.is_published and told.value and _value(parts) == Decimal(told.value):
                yield replace(figure, figure_id=told.figure_id + DELIVERED, parts=parts)
                break
        if not told.is_published:
            yield replace(figure, figure_id=told.figure_id + _HIDDEN, parts=_together(cells, rank))


def _cell(figure: Figure) -> tuple[str, ...]:
    return (figure.indicator_id, figure.period[:4], *figure.key[2:])


def _together(cells: list[Figure], rank: int) -> Parts:
    """The entities of several cells; one figure may have been delivered twice: each time its own parts."""
    parts: Parts = {}
    for cell in cells:
        for part, told in cell.parts.items():
            parts.setdefault(f"{part} {rank}", {}).update(told)
    return parts


def _value(parts: Parts) -> Decimal | None:
    """A count, or the rate of two."""
    top, *base = (sum(told.values(), Decimal(0)) for told in parts.values()) if parts else (None,)
    if top is None or not base:
        return top
    return round(top / base[0], 6) if base[0] else None
