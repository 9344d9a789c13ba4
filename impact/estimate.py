"""From a panel to what may be said: an estimate with its interval and checks, or an honest refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from impact.eligibility import Limits, Verdict, screen, usable_units
from impact.imputation import impute
from impact.inference import Interval, jackknife, minimum_detectable_effect, permute
from impact.panel import Panel

#: placebo: the effect of joining this many quarters before the real date, on cells before it
_PLACEBO_QUARTERS = 4


@dataclass
class Finding:
    """What the data allow to say about one outcome. `effect` is None when refused; unit is that of the outcome."""

    verdict: Verdict
    members: int
    comparison: int
    effect: float | None = None
    interval: Interval | None = None
    mde: float | None = None
    p_value: float | None = None
    placebo: tuple[float, float] | None = None
    event_study: list[tuple[int, float, float, float]] = field(default_factory=list)
    permuted: list[float] = field(default_factory=list)
    used_units: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Aggregates only: neither an organisation's name nor its own effect."""
        reasons: dict[str, int] = {}
        for reason in self.verdict.excluded.values():
            reasons[reason] = reasons.get(reason, 0) + 1
        return {
            "effect": self.effect,
            "low": self.interval.low if self.interval else None,
            "high": self.interval.high if self.interval else None,
            "mde": self.mde,
            "p_value": self.p_value,
            "members": self.members,
            "comparison": self.comparison,
            "refusals": self.verdict.refusals,
            "warnings": self.verdict.warnings,
            "excluded": reasons,
            "placebo": self.placebo,
            "event_study": self.event_study,
            "permuted": self.permuted,
        }


def assess(panel: Panel, limits: Limits, *, scale: float = 1.0) -> Finding:
    """Estimate when the data carry it. `scale` turns the outcome into a share for the limits on the MDE.

    Deterministic: permutations are drawn from a fixed seed.
    """
    usable, excluded = usable_units(panel, limits)
    verdict = screen(usable, limits)
    verdict.excluded = excluded
    members = int(usable.is_member.sum())
    finding = Finding(verdict, members, len(usable.units) - members, used_units=usable.units)
    if not verdict.is_assessable:
        return finding
    is_careful = min(members, finding.comparison) < limits.warn_group
    leave_one_out = jackknife(usable, is_careful=is_careful)
    finding.mde = minimum_detectable_effect(leave_one_out.standard_error, leave_one_out.degrees_of_freedom)
    if not np.isfinite(finding.mde) or finding.mde / scale > limits.max_mde:
        verdict.refusals.append(
            f"Le plus petit effet visible serait de {finding.mde / scale:.0%} : au-delà de {limits.max_mde:.0%}, aucune "
            "conclusion n'est possible. Il faut plus de membres suivis, ou plus de trimestres."
        )
        return finding
    chance = permute(usable, limits.permutations)
    drawn = chance.interval()
    finding.effect = leave_one_out.effect
    finding.interval = max(leave_one_out.interval, drawn, key=lambda interval: interval.width)
    finding.p_value = chance.p_value()
    finding.permuted = [round(float(value), 6) for value in np.sort(chance.outcome)]
    finding.placebo = _placebo(usable, limits)
    finding.event_study = _event_study(usable)
    _warn(
        finding,
        leave_one_out.left_out,
        leave_one_out.standard_error,
        drawn,
        leave_one_out.interval,
        limits,
        scale,
    )
    return finding


def _placebo(panel: Panel, limits: Limits) -> tuple[float, float] | None:
    """Effect and p-value of joining a year early, members' cells since the real date left out."""
    before = ~panel.is_treated
    early = np.where(
        panel.is_member, np.maximum(panel.first_treated - _PLACEBO_QUARTERS, 0), panel.first_treated
    )
    fake = Panel(
        panel.units, panel.times, early, panel.unit[before], panel.time[before], panel.outcome[before]
    )
    fake, _ = usable_units(fake, limits)
    if int(fake.is_member.sum()) < limits.min_members:
        return None
    chance = permute(fake, limits.permutations)
    return (chance.effect, chance.p_value())


def _event_study(panel: Panel) -> list[tuple[int, float, float, float]]:
    """Mean effect by year since joining (0 = first four quarters), with its jackknife interval."""
    points = []
    years = panel.event_time // 4
    for year in sorted({int(y) for y in years[panel.is_treated]}):
        kept = ~panel.is_treated | (years == year)
        part = Panel(
            panel.units,
            panel.times,
            panel.first_treated,
            panel.unit[kept],
            panel.time[kept],
            panel.outcome[kept],
        )
        if not impute(part).is_used.any():
            continue
        leave_one_out = jackknife(part, is_careful=True)
        interval = leave_one_out.interval
        points.append((year, leave_one_out.effect, interval.low, interval.high))
    return points


def _warn(
    finding: Finding,
    left_out: np.ndarray,
    standard_error: float,
    drawn: Interval,
    jackknifed: Interval,
    limits: Limits,
    scale: float,
) -> None:
    warnings = finding.verdict.warnings
    assert finding.effect is not None and finding.mde is not None
    if finding.mde / scale > limits.warn_mde:
        warnings.append(
            f"Un effet inférieur à {finding.mde / scale:.0%} ne serait pas visible avec ces données."
        )
    if (0.0 in drawn) != (0.0 in jackknifed):
        warnings.append(
            "Les deux façons de mesurer l'incertitude ne concordent pas : la plus large est imprimée."
        )
    valid = left_out[~np.isnan(left_out)]
    if np.any(np.sign(valid) != np.sign(finding.effect)):
        warnings.append("Sans un seul des membres, l'effet changerait de signe.")
    elif np.any(np.abs(valid - finding.effect) > standard_error):
        warnings.append("L'effet dépend beaucoup d'un seul membre.")
    if finding.placebo is not None and finding.placebo[1] < limits.warn_placebo_p:
        warnings.append(
            "Un « effet » apparaît déjà avant l'entrée : les membres évoluaient autrement que les autres, et l'estimation "
            "ne peut pas être lue comme un effet du pôle."
        )
    warnings.append(
        "Un choc commun à tous les membres et à eux seuls se confondrait avec l'effet : aucun calcul n'y remédie."
    )
