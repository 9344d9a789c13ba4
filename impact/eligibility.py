"""May an effect be estimated at all? Refusals and warnings, each with what is missing, in plain French."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from impact.panel import Panel
from periscope.errors import UsageError


@dataclass(frozen=True)
class Limits:
    """Defaults of the settings table [impact]; shares and effects are 0..1."""

    min_members: int = 5
    min_periods_before: int = 2
    min_periods_after: int = 2
    min_comparison: int = 10
    max_mde: float = 0.50
    max_missing_share: float = 0.40
    min_outside_per_period: int = 5
    warn_mde: float = 0.20
    warn_group: int = 15
    warn_missing_gap: float = 0.10
    warn_same_date_share: float = 0.50
    warn_placebo_p: float = 0.10
    permutations: int = 999

    @classmethod
    def from_settings(cls, table: dict[str, Any]) -> Limits:
        values: dict[str, Any] = {}
        for name, value in table.items():
            if name == "gross_to_net":  # ranges of jobs, read by the settings
                continue
            if name not in {f.name for f in fields(cls)}:
                raise UsageError(f"periscope.toml : réglage inconnu « {name} » dans [impact].")
            values[name] = type(getattr(cls, name))(value)
        return cls(**values)


@dataclass
class Verdict:
    """Reasons to refuse (empty: an effect may be published) and warnings that go with it."""

    refusals: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    excluded: dict[str, str] = field(default_factory=dict)

    @property
    def is_assessable(self) -> bool:
        return not self.refusals


def usable_units(panel: Panel, limits: Limits) -> tuple[Panel, dict[str, str]]:
    """Set aside organisations that say nothing about joining; returns the rest and why, by unit."""
    excluded: dict[str, str] = {}
    kept = np.ones(len(panel.units), dtype=bool)
    for unit, name in enumerate(panel.units):
        rows = panel.unit == unit
        before = int(np.sum(rows & ~panel.is_treated))
        after = int(np.sum(rows & panel.is_treated))
        if not panel.is_member[unit]:
            if before < limits.min_periods_before:
                excluded[name] = f"moins de {limits.min_periods_before} trimestres observés"
        elif before == 0:
            excluded[name] = "membre dès le premier trimestre observé : rien à quoi le comparer"
        elif before < limits.min_periods_before:
            excluded[name] = f"moins de {limits.min_periods_before} trimestres avant l'entrée"
        elif after < limits.min_periods_after:
            excluded[name] = f"moins de {limits.min_periods_after} trimestres depuis l'entrée"
        kept[unit] = name not in excluded
    return panel.keep_units(kept), excluded


def missing_share(panel: Panel, members: bool) -> float:
    """Share of organisation × period cells without a declaration, in one group."""
    units = np.flatnonzero(panel.is_member == members)
    if not len(units):
        return 0.0
    seen = int(np.isin(panel.unit, units).sum())
    return 1 - seen / (len(units) * len(panel.times))


def asked_of(panel: Panel) -> Panel:
    """The organisations whose silence counts: setting aside those that answer least would hide it."""
    return panel.keep_units(panel.first_treated > 0)


def screen(panel: Panel, limits: Limits, asked: Panel) -> Verdict:
    """Refusals and warnings that need no estimate: `panel` holds usable units only, `asked` all who could answer."""
    verdict = Verdict()
    members = int(panel.is_member.sum())
    outside = len(panel.units) - members
    if members < limits.min_members:
        verdict.refusals.append(
            f"{members} membre(s) observé(s) avant et après leur entrée : il en faut {limits.min_members}, avec "
            f"{limits.min_periods_before} trimestres avant et {limits.min_periods_after} après."
        )
    if outside < limits.min_comparison:
        verdict.refusals.append(
            f"{outside} organisation(s) de comparaison : il en faut {limits.min_comparison}. Demandez leur déclaration "
            "d'activité aux candidats."
        )
    shares = {is_member: missing_share(asked, is_member) for is_member in (True, False)}
    for is_member, who in ((True, "membres"), (False, "organisations de comparaison")):
        if shares[is_member] > limits.max_missing_share:
            verdict.refusals.append(
                f"{shares[is_member]:.0%} des déclarations manquent chez les {who} : au plus "
                f"{limits.max_missing_share:.0%} sont admis."
            )
    if abs(shares[True] - shares[False]) > limits.warn_missing_gap:
        verdict.warnings.append(
            "Les déclarations manquantes ne sont pas également réparties entre les deux groupes."
        )
    treated = np.flatnonzero(panel.is_treated)
    if len(treated):
        still_outside = np.bincount(panel.time[~panel.is_treated], minlength=len(panel.times))
        thin = np.mean(still_outside[panel.time[treated]] < limits.min_outside_per_period)
        if thin > 0.5:
            verdict.refusals.append(
                f"Dans plus de la moitié des trimestres évalués, moins de {limits.min_outside_per_period} organisations "
                "restent hors du pôle pour servir de comparaison."
            )
    if 0 < min(members, outside) < limits.warn_group:
        verdict.warnings.append(
            f"Peu d'organisations ({members} membres, {outside} de comparaison) : l'intervalle est élargi en conséquence."
        )
    dates = panel.first_treated[panel.is_member]
    if len(dates) and np.bincount(dates - dates.min()).max() / len(dates) > limits.warn_same_date_share:
        verdict.warnings.append(
            "Plus de la moitié des membres sont entrés au même trimestre : un choc commun à cette date se confondrait avec "
            "l'effet."
        )
    return verdict
