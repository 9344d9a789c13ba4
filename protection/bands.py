"""Which hidden amounts by function may be told as bands: those that leave every protected amount its interval.

A band is tried after the masks are chosen, cell by cell in the order of their keys, whatever the amounts; one that the
attack can use is not told, and its cell stays hidden as before. The figure of a single enterprise is never told.
"""

from __future__ import annotations

from functools import partial

from periscope import bands
from periscope.bands import Band
from periscope.disclosure import Attack, attacked
from periscope.linear_system import Fact, Target, Unknowns, blocks, told_as
from periscope.reuse import Reuse
from periscope.settings import Secrecy
from protection.primary import Figure, by_siren
from protection.relations import Relations


def choose(
    relations: Relations,
    targets: list[Target],
    scope: list[Figure],
    hidden: frozenset[str],
    rule: Secrecy,
    kept: Reuse,
) -> dict[str, Band]:
    """figure_id -> its band, for the `hidden` figures of `scope` that may be told so.

    A block of an earlier run, in `kept`, is not attacked again (see `periscope.disclosure.attacked`).
    """
    # members first: what is offered is found before the presences, which are told once bands are chosen
    ordered = sorted(scope, key=lambda f: (f.perimeter != "members", f.key))
    asked = {f.figure_id: band for f in ordered if f.figure_id in hidden and (band := _band(f))}
    facts = [
        fact
        for fact in relations.facts
        if fact.figure not in hidden or (fact.figure in asked and fact.part == "value")
    ]
    found: list[str] = []
    for unknowns, told, mine in blocks(relations.unknowns, facts, targets):
        figures = {fact.figure for fact in told}
        here = {figure_id: band for figure_id, band in asked.items() if figure_id in figures}
        if here:
            search = partial(_search, unknowns, told, here)
            found += attacked(unknowns, mine, rule, kept, (told, here), search)
    return {figure_id: band for figure_id, band in asked.items() if figure_id in found}


def _search(unknowns: Unknowns, facts: list[Fact], asked: dict[str, Band], attack: Attack) -> list[str]:
    hidden = {fact.figure: fact for fact in facts if fact.figure in asked}
    told = [fact for fact in facts if fact.figure not in asked]
    found = []
    for figure_id, band in asked.items():
        terms = hidden[figure_id].terms
        amount = sum(coefficient * unknowns.values[index] for index, coefficient in terms.items())
        more = told_as(hidden[figure_id], amount, band)
        if not attack.run([*told, more], is_one_enough=True):
            told.append(more)
            found.append(figure_id)
    return found


def _band(figure: Figure) -> Band | None:
    is_asked = figure.dimension == "function" and figure.secrecy == "enterprise" and figure.is_headline
    if not is_asked or figure.value is None or len(by_siren(figure.parts.get("value", {}))) < 2:
        return None
    return bands.of(figure.value, figure.unit)
