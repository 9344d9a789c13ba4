"""The linear system of a publication: unknowns, facts and targets; what more to hide."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from periscope import reuse
from periscope.disclosure import breaches
from periscope.linear_system import Row, Target
from periscope.settings import Secrecy
from periscope.warehouse import Connection
from periscope.workspace import Run
from protection import gate_tables, persons
from protection import relations as rel
from protection.consents import Consent
from protection.primary import Figure, is_safe_for_enterprises
from protection.protector import choose_by_block
from protection.registry import Delivered
from protection.relations import AGREED, DELIVERED

#: A hidden amount: its name, its terms, the least width to keep.
Wanted = tuple[str, Row, float]
#: What it costs to hide a figure: headlines and totals of the pole last, breakdowns first.
_COST = {"all": 30.0, "function": 4.0, "kind": 3.0}


@dataclass(frozen=True)
class Protection:
    """What to hide, primaries included, and for each kind the system that it was decided on."""

    hidden: frozenset[str]
    systems: list[tuple[str, rel.Relations, list[Target]]]
    parents: list[tuple[str, str]]

    def of(self, kind: str) -> tuple[rel.Relations, list[Target]]:
        """The system of one kind."""
        return next((relations, targets) for name, relations, targets in self.systems if name == kind)


def protect(
    connection: Connection,
    run: Run,
    figures: list[Figure],
    scope: list[Figure],
    causes: dict[str, str],
    agreed: list[Consent],
    past: list[Delivered],
    withheld: frozenset[str],
) -> Protection:
    """What to hide of `scope`, primaries and what is `withheld` included; writes the tables of the gate."""
    rule = run.workspace.settings.secrecy
    with reuse.opened(run.workspace, "masks") as kept:
        found = solve(figures, scope, frozenset(causes), agreed, past, rule, kept, withheld)
    gate_tables.write_terms(connection, _secret(scope, "enterprise"), rel.Amounts(figures))
    gate_tables.write(connection, found.systems, found.parents)
    return found


def solve(
    figures: list[Figure],
    scope: list[Figure],
    primaries: frozenset[str],
    agreed: list[Consent],
    past: list[Delivered],
    rule: Secrecy,
    kept: reuse.Reuse | None = None,
    withheld: frozenset[str] = frozenset(),
) -> Protection:
    """Choose what to hide of `scope`, together with all that was delivered before; `figures` give the amounts.

    `kept` are choices of an earlier run: one made from the very same block is not searched again. `withheld` are not
    published by choice, unless they were already.
    """
    published_before = {d.figure_id: Decimal(d.value) for d in past if d.is_published and d.value}
    must_hide = primaries | _hidden_before(scope, past) | (withheld - published_before.keys())
    fixed = {f.figure_id for f in scope if published_before.get(f.figure_id, f) == f.value} - must_hide
    costs = {f.figure_id: _cost(f) + rank * 1e-6 for rank, f in enumerate(scope) if f.figure_id not in fixed}
    hidden = must_hide
    systems: list[tuple[str, rel.Relations, list[Target]]] = []
    for kind in ("enterprise", "person"):
        mine = _secret(scope, kind)
        if kind == "enterprise":
            relations, targets = _enterprises(figures, mine, primaries, rule, agreed, past)
        else:
            relations, targets = persons.system(figures, mine, primaries, rule, agreed, past)
        targets = not_lost(relations, targets, fixed, rule)
        may_tell = [fact for fact in relations.facts if fact.figure not in must_hide]
        hidden |= choose_by_block(relations.unknowns, may_tell, targets, costs, rule, kept or reuse.Reuse({}))
        systems.append((kind, relations, targets))
    pairs = parents(scope)
    hidden |= {child for child, parent in pairs if parent in hidden}
    return Protection(hidden, systems, pairs)


def _secret(scope: list[Figure], kind: str) -> list[Figure]:
    return [figure for figure in scope if figure.secrecy == kind and not figure.is_empty]


def not_lost(relations: rel.Relations, targets: list[Target], fixed: set[str], rule: Secrecy) -> list[Target]:
    """Targets still to keep: what deliveries and agreements tell by themselves is no secret any more.

    One that they let be known too closely on one side keeps its other side.
    """
    known = [
        fact
        for fact in relations.facts
        if fact.figure.endswith(DELIVERED) or fact.figure.startswith(AGREED) or fact.figure in fixed
    ]
    while lost := {b.target: b.side for b in breaches(relations.unknowns, known, targets, rule)}:
        left = [
            (replace(target, above=0.0) if lost[target.name] > 0 else replace(target, below=0.0))
            if target.name in lost
            else target
            for target in targets
        ]
        targets = [target for target in left if target.above or target.below]
    return targets


def _hidden_before(scope: list[Figure], past: list[Delivered]) -> frozenset[str]:
    """A cell once delivered as hidden stays hidden: shown later, it would tell what the others then hid."""
    before = {d.figure_id for d in past if not d.is_published} - {d.figure_id for d in past if d.is_published}
    return frozenset(f.figure_id for f in scope if f.figure_id in before)


def _cost(figure: Figure) -> float:
    weight = _COST.get(figure.dimension, 2.0) * (5.0 if figure.is_headline else 1.0)
    return weight * (3.0 if figure.perimeter == "members" else 1.0)


def _floor(measure: str, unit: str, rule: Secrecy) -> float:
    is_fte = unit == "fte" or measure.removesuffix(".value").endswith("fte")
    return rule.interval_floor_fte if is_fte else rule.interval_floor_eur


def _enterprises(
    figures: list[Figure],
    mine: list[Figure],
    primaries: frozenset[str],
    rule: Secrecy,
    agreed: list[Consent],
    past: list[Delivered],
) -> tuple[rel.Relations, list[Target]]:
    relations = rel.Relations()
    amounts = rel.Amounts(figures)
    floors: dict[str, float] = {}
    hidden_parts: list[tuple[str, str, float]] = []
    kept_secret: list[tuple[Delivered, str]] = []
    known_sirens = {consent.siren for consent in agreed} | _told_alone(past)
    consented: list[Row] = []
    for figure in mine:
        for part, terms in rel.enterprise_terms(figure, amounts).items():
            relations.add(figure.figure_id, part, terms)
            for atom, _ in terms:
                floors.setdefault(atom[0], _floor(atom[0], figure.unit, rule))
            if figure.figure_id in primaries and _is_unsafe(terms, rule, known_sirens):
                hidden_parts.append((figure.figure_id, part, floors[terms[0][0][0]]))
    for rank, told in enumerate(past):
        for part, terms in told.facts.items():
            for atom, _ in terms:
                floors.setdefault(atom[0], _floor(atom[0], "", rule))
            if told.is_published:
                # one figure may have been delivered twice with two values (a year to date): two facts
                relations.add(told.figure_id + DELIVERED, f"{part} {rank}", terms)
                if len({atom[3] for atom, _ in terms}) == 1:
                    consented.append({relations.atom(atom): coefficient for atom, coefficient in terms})
                continue
            if told.band and part == "value":
                relations.add(f"{told.figure_id}{DELIVERED}", f"{part} {rank}", terms, told.band)
            if _is_unsafe(terms, rule, known_sirens):
                kept_secret.append((told, part))
    consented += _consented(relations, mine, amounts, agreed)
    secret = _still_secret(relations, kept_secret, rule)
    relations.settle_bounds()
    told_by = {(fact.figure, fact.part): fact.terms for fact in relations.facts}
    wanted = [
        (f"{name} {part}", told_by[name, part], floor)
        for name, part, floor in hidden_parts
        if (name, part) in told_by
    ]
    targets = _targets(relations, wanted + secret, floors, consented, rule)
    return _compress(relations, targets)


def _told_alone(past: list[Delivered]) -> set[str]:
    """Enterprises of which a number of their own was delivered: they had agreed, and it stays known."""
    parts = [terms for told in past if told.is_published for terms in told.facts.values()]
    alone = [{atom[3] for atom, _ in terms} for terms in parts]
    return {siren for sirens in alone if len(sirens) == 1 for siren in sirens}


def _is_unsafe(terms: list[tuple[rel.Atom, float]], rule: Secrecy, known_sirens: set[str]) -> bool:
    """True when a hidden number betrays an enterprise by itself; others are hidden for it, or are its safe part.

    As in `primary.cause`, those that agreed count as known to all: the others must be enough by themselves.
    """
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for atom, coefficient in terms:
        sums[atom[3]] += atom[4] * Decimal(str(coefficient))
    others = {siren: told for siren, told in sums.items() if siren not in known_sirens}
    groups = [sums] + ([others] if 0 < len(others) < len(sums) else [])
    return not all(is_safe_for_enterprises(group, rule) for group in groups)


def _still_secret(
    relations: rel.Relations, kept_secret: list[tuple[Delivered, str]], rule: Secrecy
) -> list[Wanted]:
    """What was hidden when it was delivered stays protected as it was then: a year to date is another sum each time."""
    found: list[Wanted] = []
    for told, part in kept_secret:
        terms = told.facts[part]
        row = {relations.atom(atom): coefficient for atom, coefficient in terms}
        found.append(
            (
                f"{told.figure_id} {part} remis caché (n° {len(found) + 1})",
                row,
                _floor(terms[0][0][0], "", rule),
            )
        )
    return found


def _consented(
    relations: rel.Relations, mine: list[Figure], amounts: rel.Amounts, agreed: list[Consent]
) -> list[Row]:
    """Amounts that an agreement makes known to all; each becomes a fact."""
    known: list[Row] = []
    for figure in mine:
        sirens = {c.siren for c in agreed if c.covers(figure.indicator_id)}
        for part, terms in rel.enterprise_terms(figure, amounts).items() if sirens else ():
            for siren in sorted(sirens):
                own = [term for term in terms if term[0][3] == siren]
                relations.add(f"{AGREED}{siren} {figure.figure_id}", part, own)
                if own:
                    known.append({relations.atom(atom): coefficient for atom, coefficient in own})
    return known


def _targets(
    relations: rel.Relations,
    wanted: list[Wanted],
    floors: dict[str, float],
    known: list[Row],
    rule: Secrecy,
) -> list[Target]:
    """Hidden figures, and what each enterprise makes in each quarter, hidden always; what is agreed set aside."""
    own: dict[tuple[str, str, str], Row] = defaultdict(dict)
    for (measure, period, _, siren, _), index in relations.atoms.items():
        own[siren, measure, period][index] = 1.0
        for quarter in range(int(period[-1]), 4) if measure in rel.FLOWS and "-Q" in period else ():
            # what it made since the beginning of the year was hidden each quarter, and stays so
            own[siren, measure, f"{period[:4]} à T{quarter}"][index] = 1.0
    wanted = wanted + [(" ".join(key), terms, floors[key[1]]) for key, terms in own.items()]
    values = relations.unknowns.values
    found: dict[frozenset[tuple[int, float]], Target] = {}
    known_with: dict[int, list[int]] = defaultdict(list)
    for number, part in enumerate(known):
        known_with[min(part)].append(number)
    for name, terms, floor in wanted:
        near = sorted(number for index in terms for number in known_with.get(index, ()))
        terms = _without(terms, [known[number] for number in near])
        if not terms:
            continue
        if all(coefficient < 0 for coefficient in terms.values()):
            terms = {index: -coefficient for index, coefficient in terms.items()}
        amount = sum(coefficient * values[index] for index, coefficient in terms.items())
        width = max(rule.interval_share * abs(amount), floor)
        found.setdefault(frozenset(terms.items()), Target(name, terms, width, width))
    return list(found.values())


def _without(terms: Row, known: list[Row]) -> Row:
    """What is left of an amount once the parts that enterprises agreed to show are taken out."""
    left = dict(terms)
    for part in known:
        if part.items() <= left.items():
            left = {index: coefficient for index, coefficient in left.items() if index not in part}
    return left


def _compress(relations: rel.Relations, targets: list[Target]) -> tuple[rel.Relations, list[Target]]:
    """One unknown for all amounts of an enterprise that the same facts and targets see (its many posts)."""
    columns: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for number, row in enumerate([f.terms for f in relations.facts] + [t.terms for t in targets]):
        for index, coefficient in row.items():
            columns[index].append((number, coefficient))
    merged = rel.Relations()
    place: dict[tuple[str, tuple[tuple[int, float], ...]], int] = {}
    new_index: dict[int, int] = {}
    old = relations.unknowns
    for atom, index in relations.atoms.items():
        key = old.owners[index], tuple(columns[index])
        if key not in place:
            place[key] = merged.unknowns.add(0.0, 0.0, old.owners[index])
            merged.atoms[(*atom[:4], Decimal(len(merged.atoms)))] = place[key]
        new = new_index[index] = place[key]
        merged.unknowns.values[new] += old.values[index]
        merged.unknowns.lowest[new] += old.lowest[index]

    def rename(terms: Row) -> Row:
        return {new_index[index]: coefficient for index, coefficient in terms.items()}

    merged.facts = [replace(fact, terms=rename(fact.terms)) for fact in relations.facts]
    return merged, [replace(target, terms=rename(target.terms)) for target in targets]


def parents(scope: list[Figure]) -> list[tuple[str, str]]:
    """(derived figure, a figure it is computed from): the same cell; for a chain, each link of the chain."""
    by_key = {figure.key: figure.figure_id for figure in scope}
    pairs = []
    for figure in scope:
        for parent in rel.DERIVED.get(figure.indicator_id, ()):
            keys = [(parent, *figure.key[1:])]
            if figure.indicator_id == "turnover_chained_growth":
                keys += [
                    key
                    for key in by_key
                    if key[0] == parent
                    and key[2:] == figure.key[2:]
                    and key[1][4:] == figure.period[4:]
                    and key[1] < figure.period
                ]
            pairs += [(figure.figure_id, by_key[key]) for key in keys if key in by_key]
    return pairs
