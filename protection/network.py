"""What a network may tell: INSEE's rule on enterprises and on poles, for its figures, for what is left of them once the
poles' own publications are taken off, and for whatever they let someone work out together.

The attack is that of a pole (`protection.system`), on the figures of the network and of every pole at once: by an
outsider, by each enterprise under its SIREN in all its poles, then by each pole, which knows all its members.
Pure choices (`choose`) first, the tables after (`protect`).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from periscope import warehouse
from periscope.disclosure import Target, Unknowns
from periscope.network.poles import Network
from periscope.reuse import Reuse
from periscope.settings import Secrecy
from periscope.warehouse import Connection
from periscope.workspace import Run
from protection import relations as rel
from protection import system
from protection.figures import FIGURE_ID, FIGURES
from protection.gate_tables import write_table
from protection.masks import COLUMNS, INTERNAL, REASON_SUPPRESSED
from protection.primary import Figure, Parts, cause, is_safe_for_enterprises, load_figures
from protection.protector import choose_by_block
from protection.registry import Delivered

READER = "network"
#: unknowns times targets above which the attack would not end in an evaluator's day
MAX_ATTACK = 20_000_000
_FEW_POLES = "Moins de {} pôles, ou l'un d'eux domine ce chiffre."
_LEFT = "Ce qui reste, une fois ôtés les chiffres publiés par les pôles, est à trop peu d'entreprises ou de pôles."
_DEDUCED = "Il permettrait d'en déduire un autre, d'une entreprise ou d'un pôle."
_BETWEEN = "L'un des trimestres de l'année n'est pas publié : deux cumuls le diraient."
_TOO_LARGE = "Réseau trop grand pour être attaqué : n'est dit que ce que les pôles publient tous."


@dataclass
class Member:
    """A pole of the network as outsiders see it: all its figures, those that one of its readers was told."""

    pole_id: str
    figures: list[Figure]
    told: frozenset[str]
    #: cells published as hidden
    hidden: frozenset[str] = frozenset()
    sirens: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.sirens = frozenset(s for f in self.figures for part in f.parts.values() for _, s in part if s)


def choose(
    figures: list[Figure], members: list[Member], editions: dict[str, frozenset[str]], rule: Secrecy
) -> dict[str, str]:
    """figure_id of the network -> why it is not told; `editions` has what it told in each earlier quarter of the year.

    Contributions of `figures` have a qualified entity (`P07/M1`) and the real SIREN; those of poles have their own.
    """
    told_before = frozenset[str]().union(*editions.values())
    network, poles = _aligned(figures, members)
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
        if _is_pole(f) or (f.figure_id in told_before and "-Q" in f.period)
    ]
    primaries = frozenset(causes) | {
        f.figure_id for f in scope if _is_pole(f) and cause(f, rule, frozenset())
    }
    everything = network + [f for pole in poles for f in pole.figures] + _pooled(poles)
    hidden = _solved(
        everything, scope, primaries - {d.figure_id for d in past if d.is_published}, past, poles, rule
    )
    for figure in network:
        if hidden is None and figure.secrecy != "exempt" and rest.of(figure):
            causes.setdefault(figure.figure_id, _TOO_LARGE)
        elif hidden is not None and figure.figure_id in hidden:
            causes.setdefault(figure.figure_id, _DEDUCED)
    return causes | _years_without_their_quarters(network, causes, editions)


def _is_pole(figure: Figure) -> bool:
    return "/" in figure.perimeter


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
                    self._told[_cell(figure)].append(figure)
                for part in figure.parts.values():
                    for key in part:
                        self._owner.setdefault(key, pole.pole_id)

    def of(self, figure: Figure) -> list[dict[tuple[str, str], Decimal]]:
        """(pole, enterprise or entity) -> amount, for each part that is not wholly told by the poles."""
        found = []
        for part, amounts in figure.parts.items():
            left = dict(amounts)
            for told in self._told[_cell(figure)]:
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


def _cell(figure: Figure) -> tuple[str, ...]:
    return figure.indicator_id, figure.period, figure.dimension, figure.item


def _aligned(figures: list[Figure], members: list[Member]) -> tuple[list[Figure], list[Member]]:
    """The same contribution under one key in the network and in its pole; what two poles tell alike is one unknown.

    An enterprise known by its SIREN has that key in every pole, unless two poles tell different amounts of it.
    """
    seen: dict[tuple[str, str, str, tuple[str, str]], set[Decimal]] = defaultdict(set)
    member_ids = {
        (pole.pole_id, entity): siren
        for pole in members
        for figure in pole.figures
        if figure.dimension == "member"
        for part in figure.parts.values()
        for entity, siren in part
        if entity == figure.item
    }

    def plain(pole_id: str, key: tuple[str, str]) -> tuple[str, str]:
        entity, siren = key
        if not siren:
            return f"{pole_id}/{entity}", ""
        return (siren, siren) if (pole_id, entity) in member_ids else (entity, siren)

    for pole in members:
        for figure in pole.figures:
            if figure.dimension == "all" and figure.perimeter == "members":
                for part, told in figure.parts.items():
                    for key, amount in told.items():
                        seen[figure.indicator_id, figure.period, part, plain(pole.pole_id, key)].add(amount)
    disputed = {cell[3] for cell, amounts in seen.items() if len(amounts) > 1}

    def final(pole_id: str, key: tuple[str, str]) -> tuple[str, str]:
        found = plain(pole_id, key)
        return (f"{pole_id}/{found[0]}", found[1]) if found in disputed else found

    def parts(figure: Figure, pole_id: str = "") -> Parts:
        told: Parts = {}
        for part, amounts in figure.parts.items():
            merged: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
            for (entity, siren), amount in amounts.items():
                own, local = (pole_id, entity) if pole_id else entity.split("/", 1)
                merged[final(own, (local, siren))] += amount
            told[part] = dict(merged)
        return told

    poles = [
        replace(
            pole,
            figures=[
                replace(
                    f,
                    figure_id=f"{pole.pole_id}/{f.figure_id}",
                    perimeter=f"{pole.pole_id}/{f.perimeter}",
                    parts=parts(f, pole.pole_id),
                )
                for f in pole.figures
            ],
            told=frozenset(f"{pole.pole_id}/{name}" for name in pole.told),
            hidden=frozenset(f"{pole.pole_id}/{name}" for name in pole.hidden),
        )
        for pole in members
    ]
    return [replace(f, parts=parts(f)) for f in figures], poles


def _pooled(poles: list[Member]) -> list[Figure]:
    """For each figure of all members, the contributions of every pole: the amounts that other figures are sums of."""
    found: dict[tuple[str, str, str, str], Figure] = {}
    for pole in poles:
        for figure in pole.figures:
            if figure.perimeter.split("/", 1)[1] == "members":
                key = (figure.indicator_id, figure.period, figure.dimension, figure.item)
                pooled = found.setdefault(key, replace(figure, figure_id="", perimeter="members", parts={}))
                for part, told in figure.parts.items():
                    pooled.parts.setdefault(part, {}).update(told)
    return list(found.values())


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
    costs = {f.figure_id: float(rank + 1) for rank, f in enumerate(scope) if not _is_pole(f)}
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
    kept = {f.figure_id: f for f in scope if _is_pole(f) and f.figure_id not in told}
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


def protect(connection: Connection, network: Network, run: Run) -> None:
    """Mask the figures of the network; writes protection.reader_figures and protection.masks of its candidate warehouse."""
    connection.execute(
        "create or replace temporary table gathered as select * exclude (sources) from network.fct_network_figures"
    )
    connection.execute(FIGURES)
    connection.execute(
        f"""
        create or replace table marts.fct_figure_sources as
        with listed as (select {FIGURE_ID} as figure_id, unnest(sources) as s from network.fct_network_figures as g)

        select
            figure_id,
            s.entity_id as entity_id,
            substr(s.siren, position('/' in s.siren) + 1) as siren,
            s.contribution as contribution,
            s.weight as weight
        from listed
        """
    )
    editions = _editions(run)
    told_before = frozenset[str]().union(*editions.values())
    figures = [f for f in load_figures(connection) if _is_current(f, run) or f.figure_id in told_before]
    members = [
        _member(pole.pole_id, pole.workspace.database, pole.workspace.published, run)
        for pole in network.poles
    ]
    causes = choose(figures, members, editions, network.settings.secrecy)
    connection.execute("create schema if not exists protection")
    write_table(connection, "masks", {"figure_id": "varchar", "cause": "varchar"}, sorted(causes.items()))
    write_table(
        connection,
        "scope",
        {"figure_id": "varchar"},
        [(f.figure_id,) for f in figures if _is_current(f, run) and f.secrecy != "internal"],
    )
    secret = ("value", "numerator", "denominator", "contributors")
    columns = ", ".join(
        f"case when m.figure_id is null then f.{name} end as {name}"
        if name in secret
        else "case when m.figure_id is null then f.status else 'suppressed' end as status"
        if name == "status"
        else "case when m.figure_id is null then f.reason else ? end as reason"
        if name == "reason"
        else f"f.{name}"
        for name in COLUMNS
    )
    connection.execute(
        f"""
        create or replace table protection.reader_figures as
        select '{READER}' as reader, 'current' as section, {columns}
        from marts.fct_figures as f
        inner join protection.scope as s on f.figure_id = s.figure_id
        left join protection.masks as m on f.figure_id = m.figure_id
        order by f.indicator_id, f.period, f.perimeter, f.dimension, f.item
        """,
        [REASON_SUPPRESSED],
    )
    connection.execute("drop table protection.scope; drop table gathered")


def _is_current(figure: Figure, run: Run) -> bool:
    return figure.period in (str(run.quarter), str(run.quarter.year)) or figure.dimension == "cohort"


def _editions(run: Run) -> dict[str, frozenset[str]]:
    """What the network told in each earlier quarter of the year that it published."""
    found = {}
    for number in range(1, run.quarter.number):
        quarter = str(replace(run.quarter, number=number))
        path = run.workspace.published / quarter / READER / "figures.csv"
        if path.exists():
            found[quarter] = frozenset(
                row["figure_id"] for row in _rows(path) if row["status"] != "suppressed"
            )
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _member(pole_id: str, database: Path, published: Path, run: Run) -> Member:
    """A pole as its own publications tell it, all readers but its house put together.

    A figure is told where it was published with the value that it has now: a year to date was another one before.
    """
    with warehouse.connect(database, read_only=True) as connection:
        figures = load_figures(connection)
    values: dict[str, set[Decimal]] = defaultdict(set)
    for path in sorted(published.glob("*/*/*.csv")):
        if path.name in ("figures.csv", "history.csv") and path.parent.name != INTERNAL:
            for row in _rows(path):
                values[row["figure_id"]] |= {Decimal(row["value"])} if row["value"] else set()
    recent = [f for f in figures if int(f.period[:4]) >= run.quarter.year - 1 or f.dimension == "cohort"]
    listed = [f for f in recent if f.figure_id in values]
    told = frozenset(f.figure_id for f in listed if f.value in values[f.figure_id])
    return Member(pole_id, recent, told, frozenset(f.figure_id for f in listed) - told)
