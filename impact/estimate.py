"""From a panel to what may be said: an estimate with its interval and checks, or an honest refusal."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from impact import sensitivity
from impact.eligibility import Limits, Verdict, asked_of, screen, usable_units
from impact.imputation import impute
from impact.inference import (
    Cells,
    Interval,
    Jackknife,
    Permutation,
    jackknife,
    minimum_detectable_effect,
    permute,
)
from impact.panel import Panel
from periscope.settings import Secrecy

#: blocks of quarters since joining, and before it (false dates): years, the last one open
_AFTER = (Cells(0, 3), Cells(4, 7), Cells(8))
_BEFORE = (Cells(-8, -5), Cells(-4, -1))
#: one organisation makes more than this share of the uncertainty: the effect hangs on it
_DOMINANT_SHARE = 0.5
_YEAR_BEFORE, _QUARTER_BEFORE = Cells(-4, -1), Cells(-1, -1)


@dataclass(frozen=True)
class Point:
    """Mean effect over some quarters since joining (or before it), with its careful interval."""

    cells: Cells
    members: int
    effect: float
    interval: Interval


@dataclass(frozen=True)
class Line:
    """The effect under one assumption."""

    label: str
    effect: float
    interval: Interval


@dataclass(frozen=True)
class Check:
    """One thing that could spoil the estimate, as looked for in the data."""

    name: str
    is_reassuring: bool
    text: str


@dataclass
class Finding:
    """What the data allow to say about one outcome. `effect` is None when refused; unit is that of the outcome.

    `left_out` is the estimate without each of `used_units`: it tells a member's own effect and stays in the house.
    """

    verdict: Verdict
    members: int
    comparison: int
    effect: float | None = None
    interval: Interval | None = None
    mde: float | None = None
    p_value: float | None = None
    is_doubtful: bool = False
    points: list[Point] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    permuted: list[float] = field(default_factory=list)
    used_units: tuple[str, ...] = ()
    left_out: list[float] = field(default_factory=list)


def assess(
    panel: Panel, limits: Limits, *, secrecy: Secrecy | None = None, scale: float | None = None
) -> Finding:
    """Estimate when the data carry it. The limits on the MDE are shares: of `scale`, or for an outcome in logs
    (`scale` None) of what would have been.

    Deterministic: permutations are drawn from a fixed seed.
    """
    usable, excluded = usable_units(panel, limits)
    verdict = screen(usable, limits, asked_of(panel))
    verdict.excluded = excluded
    members = int(usable.is_member.sum())
    finding = Finding(verdict, members, len(usable.units) - members, used_units=usable.units)
    if not verdict.is_assessable:
        return finding
    is_careful = min(members, finding.comparison) < limits.warn_group
    main = jackknife(usable, is_careful=is_careful)
    finding.mde = minimum_detectable_effect(main.standard_error, main.degrees_of_freedom)
    if not np.isfinite(finding.mde) or _as_share(finding.mde, scale) > limits.max_mde:
        verdict.refusals.append(
            f"Le plus petit effet visible serait de {percent(_as_share(finding.mde, scale))} : au-delà de "
            f"{percent(limits.max_mde)}, aucune conclusion n'est possible. Il faut plus de membres suivis, ou plus de "
            "trimestres."
        )
        return finding
    chance = permute(usable, limits.permutations)
    drawn = chance.interval()
    finding.effect = main.effect
    finding.interval = max(main.interval, drawn, key=lambda interval: interval.width)
    finding.p_value = chance.p_value()
    finding.permuted = [float(value) for value in np.sort(chance.outcome)]
    finding.left_out = [float(value) for value in main.left_out]
    finding.points = _points(usable, secrecy or Secrecy())
    if (0.0 in drawn) != (0.0 in main.interval):
        verdict.warnings.append(
            "Les deux façons de mesurer l'incertitude ne concordent pas : la plus large est imprimée."
        )
    _look_before(finding, usable, limits)
    _look_at_members(finding, main)
    _look_at_size(finding, limits, scale)
    return finding


def _as_share(effect: float, scale: float | None) -> float:
    return float(np.expm1(effect)) if scale is None else effect / scale


def percent(share: float) -> str:
    """`12 %`, whole, as messages print it."""
    return f"{share:.0%}".replace("%", " %") if np.isfinite(share) else "une taille inconnue"


def _points(panel: Panel, secrecy: Secrecy) -> list[Point]:
    """Years before and after joining that no member dominates; the last years are told together when they are thin."""
    after = list(_AFTER)
    while after and not _may_be_told(panel, after[-1], secrecy):
        thin = after.pop()
        if after:  # leaving a thin year out would let it be told from the others and the whole
            after[-1] = Cells(after[-1].first, thin.last)
    if not all(_may_be_told(panel, cells, secrecy) for cells in after):
        after = []
    told = [cells for cells in _BEFORE if _may_be_told(panel, cells, secrecy)]
    points = []
    for cells in [*told, *after]:
        found = jackknife(panel, cells, is_careful=True)
        if np.isfinite(found.effect) and np.isfinite(found.standard_error):
            points.append(Point(cells, len(_counts(panel, cells)), found.effect, found.interval))
    return points


def _counts(panel: Panel, cells: Cells) -> np.ndarray:
    """Quarters observed in `cells`, per member that has any."""
    asked = (panel.event_time >= cells.first) & (panel.event_time <= cells.last)
    counts = np.bincount(panel.unit[asked], minlength=len(panel.units))
    return counts[counts > 0]


def _may_be_told(panel: Panel, cells: Cells, secrecy: Secrecy) -> bool:
    """Enough members, none with most of the quarters nor, as a large employer may have, most of the gap."""
    counts = _counts(panel, cells)
    if len(counts) < secrecy.min_contributors or counts.max() > secrecy.dominance_share * counts.sum():
        return False
    asked = (panel.event_time >= cells.first) & (panel.event_time <= cells.last)
    gaps = impute(panel.with_dates(panel.first_treated + min(cells.first, 0))).cell_effects
    own = np.abs(np.bincount(panel.unit[asked], np.nan_to_num(gaps[asked])))
    return bool(own.max() <= secrecy.dominance_share * own.sum())


def _look_before(finding: Finding, panel: Panel, limits: Limits) -> None:
    """False date, slope and last quarter before joining. What they reveal widens the interval: it is then no number
    to lead with."""
    slope, adjusted = sensitivity.trend(panel)
    placebo = permute(panel, limits.permutations, cells=_YEAR_BEFORE)
    last = permute(panel, limits.permutations, cells=_QUARTER_BEFORE)
    donut = sensitivity.without_last_quarter(panel)
    assert finding.effect is not None and finding.interval is not None
    finding.lines = [
        Line("Estimation retenue", finding.effect, finding.interval),
        *_line("Extrêmes écartés", sensitivity.trimmed(panel)),
        *_line("Tendance propre corrigée", adjusted),
        *_line("Sans le trimestre d'avant", donut),
    ]
    is_slope_known = bool(np.isfinite(adjusted.effect) and np.isfinite(adjusted.standard_error))
    drifts = bool(np.isfinite(slope.p_value)) and slope.p_value < limits.warn_placebo_p
    bends = is_slope_known and adjusted.effect not in finding.interval
    # a slow divergence is rarely seen before joining: no effect is claimed that it would explain away
    hangs = 0.0 not in finding.interval and (not is_slope_known or 0.0 in adjusted.interval)
    differs = _differs(placebo, limits)
    chosen = _differs(last, limits)
    trend_words = "les membres évoluaient comme les autres"
    if drifts:
        trend_words = "les membres évoluaient déjà autrement que les autres"
    elif bends:
        trend_words = "trop peu de recul : prolonger leur tendance d'avant changerait l'estimation"
    elif hangs:
        trend_words = "trop peu de recul : leur tendance d'avant pourrait expliquer l'écart"
    finding.checks = [
        Check("Tendance avant l'entrée", not (drifts or bends or hangs), trend_words),
        Check("Fausse date, un an plus tôt", not differs, "un « effet » apparaît à une date où rien n'a eu lieu" if differs
              else "aucun effet n'apparaît à une date où rien n'a eu lieu"),
        Check("Trimestre qui précède l'entrée", not chosen, "inhabituellement bon ou mauvais" if chosen else "ordinaire"),
    ]  # fmt: skip
    finding.is_doubtful = drifts or bends or differs or chosen or (hangs and not is_slope_known)
    if drifts or differs:
        finding.verdict.warnings.append(
            "Un « effet » apparaît déjà avant l'entrée : les membres évoluaient autrement que les autres, et l'estimation "
            "ne peut pas être lue comme un effet du pôle."
        )
    if drifts or differs or bends or hangs:
        finding.verdict.warnings.append(
            "L'intervalle est élargi à l'estimation corrigée de la tendance propre aux membres avant leur entrée."
        )
        finding.interval = _hull(finding.interval, adjusted)
    if is_slope_known:
        visible = minimum_detectable_effect(adjusted.standard_error, adjusted.degrees_of_freedom)
        finding.mde = max(finding.mde or 0.0, visible)
    if chosen:
        finding.verdict.warnings.append(
            "Le trimestre qui précède l'entrée est inhabituel : l'intervalle est élargi à l'estimation qui l'écarte."
        )
        finding.interval = _hull(finding.interval, donut)


def _line(label: str, found: Jackknife) -> list[Line]:
    is_known = np.isfinite(found.effect) and np.isfinite(found.standard_error)
    return [Line(label, found.effect, found.interval)] if is_known else []


def _differs(chance: Permutation, limits: Limits) -> bool:
    return bool(np.isfinite(chance.effect)) and chance.p_value() < limits.warn_placebo_p


def _hull(interval: Interval, other: Jackknife) -> Interval:
    if not np.isfinite(other.effect) or not np.isfinite(other.standard_error):
        return interval
    return Interval(
        min(interval.low, other.interval.low), max(interval.high, other.interval.high), interval.level
    )


def _look_at_members(finding: Finding, main: Jackknife) -> None:
    valid = main.left_out[~np.isnan(main.left_out)]
    flips = bool(np.any(np.sign(valid) != np.sign(main.effect)))
    # one extreme organisation widens the standard error as much as it moves the effect: its share of the variance tells
    spread = (valid - valid.mean()) ** 2
    leans = bool(spread.max() > _DOMINANT_SHARE * spread.sum())
    text = "l'effet ne repose sur aucun membre en particulier"
    if flips:
        text = "sans une seule organisation, l'effet changerait de signe"
        finding.verdict.warnings.append("Sans une seule organisation, l'effet changerait de signe.")
    elif leans:
        text = "l'effet dépend beaucoup d'une seule organisation"
        finding.verdict.warnings.append("L'effet dépend beaucoup d'une seule organisation.")
    finding.checks.append(Check("Sans l'organisation la plus influente", not (flips or leans), text))


def _look_at_size(finding: Finding, limits: Limits, scale: float | None) -> None:
    assert finding.mde is not None
    if _as_share(finding.mde, scale) > limits.warn_mde:
        finding.verdict.warnings.append(
            f"Un effet inférieur à {percent(_as_share(finding.mde, scale))} ne serait pas visible avec ces données."
        )
    finding.verdict.warnings.append(
        "Un choc commun à tous les membres et à eux seuls se confondrait avec l'effet : aucun calcul n'y remédie."
    )
