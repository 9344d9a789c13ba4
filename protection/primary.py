"""Which figures betray an enterprise or a person by themselves: INSEE's rule for tables, counts of persons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from periscope.settings import Secrecy
from periscope.warehouse import Connection
from protection.consents import Consent

#: value of an additive figure, or the two counts of a rate: the parts in which a figure is told.
Parts = dict[str, dict[tuple[str, str], Decimal]]


@dataclass
class Figure:
    """One bound figure with what each (entity, siren) puts into each of its parts."""

    figure_id: str
    indicator_id: str
    period: str
    perimeter: str
    dimension: str
    item: str
    unit: str
    secrecy: str
    is_headline: bool
    is_additive: bool
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    contributors: int
    parts: Parts = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        return (self.indicator_id, self.period, self.perimeter, self.dimension, self.item)

    @property
    def is_empty(self) -> bool:
        """True when the row tells no number at all."""
        return self.value is None and self.numerator is None and self.denominator is None


def load_figures(connection: Connection) -> list[Figure]:
    """Every figure of marts.fct_figures with its contributions, in the order of the keys."""
    rows = connection.execute(
        """
        select f.figure_id, f.indicator_id, f.period, f.perimeter, f.dimension, f.item, f.unit,
               i.secrecy, i.is_headline, i.is_additive, f.value, f.numerator, f.denominator, f.contributors
        from marts.fct_figures as f
        inner join seeds.indicators as i on f.indicator_id = i.indicator_id
        order by f.indicator_id, f.period, f.perimeter, f.dimension, f.item
        """
    ).fetchall()
    figures = {row[0]: Figure(*row) for row in rows}
    for figure_id, entity, siren, contribution, weight in connection.execute(
        """
        select s.figure_id, coalesce(s.entity_id, ''), coalesce(s.siren, ''), sum(s.contribution), sum(s.weight)
        from marts.fct_figure_sources as s
        inner join marts.fct_figures as f on s.figure_id = f.figure_id
        inner join seeds.indicators as i on f.indicator_id = i.indicator_id
        where i.secrecy in ('enterprise', 'person')
        group by 1, 2, 3
        order by 1, 2, 3
        """
    ).fetchall():
        figure = figures[figure_id]
        for part, told in (
            (("value" if figure.is_additive else "numerator"), contribution),
            ("denominator", weight),
        ):
            if told is not None:
                figure.parts.setdefault(part, {})[entity, siren] = told
    return list(figures.values())


def by_siren(part: dict[tuple[str, str], Decimal]) -> dict[str, Decimal]:
    """Contributions of a part by enterprise: establishments and spellings of one SIREN are one."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for (entity, siren), told in part.items():
        sums[siren or entity] += told
    return dict(sums)


def is_safe_for_enterprises(contributions: dict[str, Decimal], rule: Secrecy) -> bool:
    """Three enterprises or more, none above 85 % of the absolute value (both are settings)."""
    total = sum((abs(told) for told in contributions.values()), Decimal(0))
    if len(contributions) < rule.min_contributors or total == 0:
        return False
    return max(abs(told) for told in contributions.values()) <= Decimal(str(rule.dominance_share)) * total


def cause(figure: Figure, rule: Secrecy, known_sirens: frozenset[str]) -> str:
    """Why a figure is withheld outside the house by itself: a French sentence, empty when it is not.

    `known_sirens` agreed to show their value to some reader: it counts as known to all, so that the others of the
    cell must be enough by themselves.
    """
    if figure.secrecy == "internal" or figure.dimension == "member":
        return (
            "Donnée réservée à l'édition interne."
            if figure.secrecy == "internal"
            else "Chiffre d'un seul membre."
        )
    if figure.is_empty or figure.secrecy == "exempt":
        return ""
    if figure.secrecy == "person":
        told = (figure.value,) if figure.unit == "count" else (figure.numerator, figure.denominator)
        if any(count is not None and count < rule.min_persons for count in told):
            return f"Moins de {rule.min_persons} personnes."
        return ""
    if not figure.parts:
        # nobody is in the cell: there is nobody to betray, unless the model lists no source for its estimate
        hidden = figure.value not in (None, Decimal(0)) and figure.contributors < rule.min_contributors
        return f"Moins de {rule.min_contributors} entreprises." if hidden else ""
    for part in figure.parts.values():
        enterprises = by_siren(part)
        others = {siren: told for siren, told in enterprises.items() if siren not in known_sirens}
        for shown in [enterprises] + ([others] if 0 < len(others) < len(enterprises) else []):
            if len(shown) < rule.min_contributors:
                return f"Moins de {rule.min_contributors} entreprises."
            if not is_safe_for_enterprises(shown, rule):
                return "Une entreprise domine ce chiffre."
    return ""


def causes(figures: list[Figure], rule: Secrecy, agreed: list[Consent]) -> dict[str, str]:
    """figure_id -> its cause, for every figure withheld by itself."""
    found = {}
    for figure in figures:
        known = frozenset(consent.siren for consent in agreed if consent.covers(figure.indicator_id))
        why = cause(figure, rule, known)
        if why:
            found[figure.figure_id] = why
    return found
