"""What a network may tell: INSEE's rule on enterprises and on poles, for its figures, for what is left of them once the
poles' own publications are taken off, and for whatever they let someone work out together.

The attack is that of a pole (`protection.system`), on the figures of the network and of every pole at once: by an
outsider, by each enterprise under its SIREN in all its poles, then by each pole, which knows all its members.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from periscope.linear_system import Target, Unknowns
from periscope.reuse import Reuse
from periscope.settings import Secrecy
from protection import relations as rel
from protection import system
from protection.network_terms import Member, aligned, cell_of, is_pole, pooled
from protection.primary import Figure, cause, is_safe_for_enterprises
from protection.protector import choose_by_block
from protection.registry import Delivered

#: unknowns times targets above which the attack would not end in an evaluator's day
MAX_ATTACK = 20_000_000
_FEW_POLES = "Moins de {} pôles, ou l'un d'eux domine ce chiffre."
_LEFT = "Ce qui reste, une fois ôtés les chiffres publiés par les pôles, est à trop peu d'entreprises ou de pôles."
_DEDUCED = "Il permettrait d'en déduire un autre, d'une entreprise ou d'un pôle."
_BETWEEN = "L'un des trimestres de l'année n'est pas publié : deux cumuls le diraient."
_TOO_LARGE = "Réseau trop grand pour être attaqué : n'est dit que ce que les pôles publient tous."


def choose(
    figures: list[Figure], members: list[Member], editions: dict[str, frozenset[str]], rule: Secrecy
) -> dict[str, str]:
    """figure_id of the network -> why it is not told; `editions` has what it told in each earlier quarter of the year.

    Contributions of `figures` have a qualified entity (`P07/M1`) and the real SIREN; those of poles have their own.
    """
    told_before = frozenset[str]().union(*editions.values())
    network, poles = aligned(figures, members)
    rest = _Rest(poles)
    causes = {}
    for own, figure in zip(figures, network, strict=True):
        if figure.figure_id in told_before and "-Q" in figure.period:
            continue
        why = _alone(own, rule) or ("" if rest.is_safe(figure, rule) else _LEFT)
        if why:
            causes[figure.figure_id] = why
    known = told_before.union(*(pole.told for pole in poles))
    scope = network + [f for p in poles for f in p.figures if f.figure_id in p.told | p.hidden]
    past = [
        Delivered(f.figure_id, f.figure_id in known, str(f.value), {})
        for f in scope
        if is_pole(f) or (f.figure_id in told_before and "-Q" in f.period)
    ]
    primaries = frozenset(causes) | {f.figure_id for f in scope if is_pole(f) and cause(f, rule, frozenset())}
    everything = network + [f for pole in poles for f in pole.figures] + pooled(poles)
    hidden = _solved(
        everything, scope, primaries - {d.figure_id for d in past if d.is_published}, past, poles, rule
    )
    for figure in network:
        if hidden is None and figure.secrecy != "exempt" and rest.of(figure):
            causes.setdefault(figure.figure_id, _TOO_LARGE)
        elif hidden is not None and figure.figure_id in hidden and not _is_never_pooled(figure):
            causes.setdefault(figure.figure_id, _DEDUCED)
    return causes | _years_without_their_quarters(network, causes, editions)


def _is_never_pooled(figure: Figure) -> bool:
    """A figure that is no sum is empty in every network: its reason says so, and nothing of what it would be made of."""
    return figure.is_empty and figure.indicator_id in rel.DERIVED


def _alone(figure: Figure, rule: Secrecy) -> str:
    """Why a figure is withheld whatever else is told: the rule on enterprises, then the same on poles."""
    why = cause(figure, rule, frozenset())
    if why or figure.is_empty or figure.secrecy != "enterprise":
        return why
    for part in figure.parts.values():
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for (entity, _), amount in part.items():
            sums[entity.split("/", 1)[0]] += amount
        if not is_safe_for_enterprises(sums, rule):
            return _FEW_POLES.format(rule.min_contributors)
    return ""


def _years_without_their_quarters(
    network: list[Figure], causes: dict[str, str], editions: dict[str, frozenset[str]]
) -> dict[str, str]:
    """Two years to date tell the quarter between them: a year is told only where each quarter published so far was."""
    told: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for f in network:
        is_told = f.figure_id in editions[f.period] if f.period in editions else f.figure_id not in causes
        if is_told:
            told[f.period].add((f.indicator_id, f.dimension, f.item))
    last = max((f.period for f in network if "-Q" in f.period and f.dimension != "cohort"), default="")
    return {
        f.figure_id: _BETWEEN
        for f in network
        if "-Q" not in f.period
        and f.secrecy != "exempt"
        and not f.is_empty
        and any(
            (f.indicator_id, f.dimension, f.item) not in told[quarter] for quarter in {*editions, last} - {""}
        )
    }


class _Rest:
    """What is left of a figure of the network once the same figures told by poles are taken off, in either sign."""

    def __init__(self, poles: list[Member]) -> None:
        self._told: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
        self._owner: dict[tuple[str, str], str] = {}
        for pole in poles:
            for figure in pole.figures:
                if figure.figure_id in pole.told and figure.perimeter.split("/", 1)[1] in _WIDEST:
                    self._told[cell_of(figure)].append(figure)
                for part in figure.parts.values():
                    for key in part:
                        self._owner.setdefault(key, pole.pole_id)

    def of(self, figure: Figure) -> list[dict[tuple[str, str], Decimal]]:
        """(pole, enterprise or entity) -> amount, for each part that is not wholly told by the poles."""
        found = []
        for part, amounts in figure.parts.items():
            left = dict(amounts)
            for told in self._told[cell_of(figure)]:
                for key, amount in told.parts.get(part, {}).items():
                    left[key] = left.get(key, Decimal(0)) - amount
            sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
            for key, amount in left.items():
                if amount:
                    sums[self._owner.get(key, ""), key[1] or key[0]] += amount
            if sums:
                found.append(dict(sums))
        return found

    def is_safe(self, figure: Figure, rule: Secrecy) -> bool:
        for left in self.of(figure):
            enterprises: dict[str, Decimal] = defaultdict(Decimal)
            poles: dict[str, Decimal] = defaultdict(Decimal)
            for (pole_id, siren), amount in left.items():
                enterprises[siren] += amount
                poles[pole_id] += abs(amount)
            if figure.secrecy == "enterprise":
                if not (is_safe_for_enterprises(enterprises, rule) and is_safe_for_enterprises(poles, rule)):
                    return False
            elif figure.secrecy == "person":
                # what remains to an outsider, and to each pole once its own persons are taken off
                total = sum(poles.values(), Decimal(0))
                if any(0 < total - own < rule.min_persons for own in (Decimal(0), *poles.values())):
                    return False
        return True


_WIDEST = ("members", "pole", "managing_body")


def _solved(
    everything: list[Figure],
    scope: list[Figure],
    primaries: frozenset[str],
    past: list[Delivered],
    poles: list[Member],
    rule: Secrecy,
) -> frozenset[str] | None:
    """Figures to hide so that no attacker learns too much; None when there is too much to attack."""
    size = sum(len(part) for f in scope for part in f.parts.values())
    if size * len({siren for pole in poles for siren in pole.sirens}) > MAX_ATTACK:
        return None
    found = system.solve(everything, scope, primaries, [], past, rule)
    hidden = found.hidden
    costs = {f.figure_id: float(rank + 1) for rank, f in enumerate(scope) if not is_pole(f)}
    fixed = {told.figure_id for told in past if told.is_published}
    costs = {name: cost for name, cost in costs.items() if name not in fixed}
    for kind, relations, targets in found.systems:
        if kind != "enterprise":
            continue
        secrets = targets + _pole_totals(relations, scope, poles, rule)
        for pole in poles:
            owners = [pole.pole_id if owner in pole.sirens else "" for owner in relations.unknowns.owners]
            unknowns = Unknowns(relations.unknowns.values, relations.unknowns.lowest, owners)
            # what a pole learns of another from their members in common and from publications is no doing of the network
            wanted = system.not_lost(replace(relations, unknowns=unknowns), secrets, fixed, rule)
            may_tell = [fact for fact in relations.facts if fact.figure not in hidden]
            hidden |= choose_by_block(unknowns, may_tell, wanted, costs, rule, Reuse({}))
    return hidden


def _pole_totals(
    relations: rel.Relations, scope: list[Figure], poles: list[Member], rule: Secrecy
) -> list[Target]:
    """What each pole makes in a figure that it does not publish: a pole is a contributor too."""
    told = frozenset().union(*(pole.told for pole in poles))
    kept = {f.figure_id: f for f in scope if is_pole(f) and f.figure_id not in told}
    found = []
    for fact in relations.facts:
        if fact.figure in kept:
            amount = abs(sum(c * relations.unknowns.values[index] for index, c in fact.terms.items()))
            is_fte = kept[fact.figure].unit == "fte"
            width = max(
                rule.interval_share * amount, rule.interval_floor_fte if is_fte else rule.interval_floor_eur
            )
            found.append(Target(f"{fact.figure} {fact.part}", fact.terms, width, width))
    return found
