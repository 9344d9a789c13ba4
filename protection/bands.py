"""Which hidden amounts by function may be told as bands: those that leave every protected amount its interval.

A band is tried after the masks are chosen, cell by cell in the order of their keys, whatever the amounts; one that the
attack can use is not told, and its cell stays hidden as before. The figure of a single enterprise is never told.
"""

from __future__ import annotations

from periscope import bands
from periscope.bands import Band
from periscope.disclosure import Attack, Target, told_as
from periscope.settings import Secrecy
from protection.primary import Figure, by_siren
from protection.relations import Relations


def choose(
    relations: Relations, targets: list[Target], scope: list[Figure], hidden: frozenset[str], rule: Secrecy
) -> dict[str, Band]:
    """figure_id -> its band, for the `hidden` figures of `scope` that may be told so."""
    # members first: what is offered is found before the presences, which are told once bands are chosen
    ordered = sorted(scope, key=lambda f: (f.perimeter != "members", f.key))
    asked = {f.figure_id: band for f in ordered if (band := _band(f))}
    values = relations.unknowns.values
    facts = {fact.figure: fact for fact in relations.facts if fact.figure in hidden and fact.part == "value"}
    told = [fact for fact in relations.facts if fact.figure not in hidden]
    attack = Attack(relations.unknowns, targets, rule.min_contributors, rule.dominance_share)
    found = {}
    for figure_id, band in asked.items():
        if figure_id not in facts:
            continue
        fact = facts[figure_id]
        amount = sum(coefficient * values[index] for index, coefficient in fact.terms.items())
        more = told_as(fact, amount, band)
        if not attack.run([*told, more], is_one_enough=True):
            told.append(more)
            found[figure_id] = band
    return found


def _band(figure: Figure) -> Band | None:
    is_asked = figure.dimension == "function" and figure.secrecy == "enterprise" and figure.is_headline
    if not is_asked or figure.value is None or len(by_siren(figure.parts.get("value", {}))) < 2:
        return None
    return bands.of(figure.value, figure.unit)
