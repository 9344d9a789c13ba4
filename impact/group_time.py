"""Group-time effects (Callaway, Sant'Anna), no covariates, with analytic standard errors from influence functions.

Serves reviewers' published cases; the pole's own estimate is the imputation, which copes with gaps.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from impact.panel import Booleans, Floats, Panel


@dataclass(frozen=True)
class Estimate:
    """An effect with its analytic standard error; `influence` is per unit."""

    effect: float
    influence: Floats

    @property
    def standard_error(self) -> float:
        return float(np.sqrt(np.mean(self.influence**2) / len(self.influence)))


@dataclass(frozen=True)
class GroupTime:
    """`effects` by (index of joining period, index of period); `aggregates` by name; `event` by periods since joining."""

    effects: dict[tuple[int, int], Estimate]
    aggregates: dict[str, Estimate] = field(default_factory=dict)
    event: dict[int, Estimate] = field(default_factory=dict)


def group_time(panel: Panel, control: str = "never") -> GroupTime:
    """Effects for every joining period and period. `control`: `never` or `not-yet`. Raises ValueError on gaps."""
    n_units, n_times = len(panel.units), len(panel.times)
    wide = np.full((n_units, n_times), np.nan)
    wide[panel.unit, panel.time] = panel.outcome
    if np.isnan(wide).any():
        raise ValueError("Le panel a des trous : cette méthode n'en admet pas ; choisissez l'imputation.")
    joined = panel.first_treated
    groups = sorted({int(g) for g in joined if 0 < g < n_times})
    effects: dict[tuple[int, int], Estimate] = {}
    for group in groups:
        for time in range(1, n_times):
            base = group - 1 if time >= group else time - 1
            is_control = (
                joined >= n_times if control == "never" else (joined > max(time, base)) & (joined != group)
            )
            if is_control.any():
                effects[group, time] = _difference(wide[:, time] - wide[:, base], joined == group, is_control)
    return _aggregate(effects, panel)


def _difference(change: Floats, is_group: Booleans, is_control: Booleans) -> Estimate:
    mean_group, mean_control = change[is_group].mean(), change[is_control].mean()
    influence = is_group / is_group.mean() * (change - mean_group) - is_control / is_control.mean() * (
        change - mean_control
    )
    return Estimate(float(mean_group - mean_control), influence)


def _weighted(
    keys: list[tuple[int, int]], effects: dict[tuple[int, int], Estimate], panel: Panel
) -> Estimate:
    """Mean weighted by the size of the joining groups; the uncertainty of the sizes counts too."""
    sizes = np.array([(panel.first_treated == group).mean() for group, _ in keys])
    belongs = np.array([panel.first_treated == group for group, _ in keys], dtype=float).T
    values = np.array([effects[key].effect for key in keys])
    parts = np.array([effects[key].influence for key in keys]).T
    centred = belongs - sizes
    size_influence = centred / sizes.sum() - np.outer(centred.sum(axis=1), sizes / sizes.sum() ** 2)
    weights = sizes / sizes.sum()
    return Estimate(float(weights @ values), parts @ weights + size_influence @ values)


def _mean(parts: list[Estimate]) -> Estimate:
    return Estimate(float(np.mean([p.effect for p in parts])), np.mean([p.influence for p in parts], axis=0))


def _aggregate(effects: dict[tuple[int, int], Estimate], panel: Panel) -> GroupTime:
    after = [key for key in effects if key[1] >= key[0]]
    groups = sorted({group for group, _ in after})
    by_group = {g: _mean([effects[key] for key in after if key[0] == g]) for g in groups}
    event = {
        e: _weighted([key for key in effects if key[1] - key[0] == e], effects, panel)
        for e in sorted({time - group for group, time in effects})
    }
    calendar = [
        _weighted([key for key in after if key[1] == time], effects, panel)
        for time in sorted({t for _, t in after})
    ]
    if not after:
        return GroupTime(effects, {}, event)
    aggregates = {
        "simple": _weighted(after, effects, panel),
        "group": _weighted([(g, g) for g in groups], {(g, g): by_group[g] for g in groups}, panel),
        "dynamic": _mean([event[e] for e in event if e >= 0]),
        "calendar": _mean(calendar),
    }
    return GroupTime(effects, aggregates, event)
