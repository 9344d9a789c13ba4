"""Imputation difference-in-differences (Borusyak, Jaravel, Spiess).

Unit and period effects are fitted on cells observed outside membership; each member cell is compared with what they
predict. The estimate is linear in the outcome, so inference follows from the weights. Unit effects are eliminated by
hand (means over cells outside membership), which leaves one small system in the periods: a permutation costs a
fraction of a millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.panel import Booleans, Floats, Panel


@dataclass(frozen=True)
class Imputation:
    """`effect` = Σ weights × outcome. `cell_effects` are per treated row (NaN elsewhere or when not identified)."""

    effect: float
    weights: Floats
    cell_effects: Floats
    is_used: Booleans


def impute(panel: Panel, cell_weights: Floats | None = None) -> Imputation:
    """Mean effect over identified member cells, or their `cell_weights` (per row, summing to 1 over those used).

    A member cell is identified when its unit and its period are linked by cells outside membership. Without any,
    the effect is NaN.
    """
    shape = (len(panel.units), len(panel.times))
    is_treated = panel.is_treated
    outside = np.zeros(shape)
    outside[panel.unit[~is_treated], panel.time[~is_treated]] = 1.0
    unit_group, time_group = _linked_groups(outside)
    used = is_treated & (unit_group[panel.unit] >= 0) & (unit_group[panel.unit] == time_group[panel.time])
    weights = np.zeros(len(panel.outcome))
    effects = np.full(len(panel.outcome), np.nan)
    if not used.any():
        return Imputation(float("nan"), weights, effects, used)
    outcome = np.zeros(shape)
    outcome[panel.unit, panel.time] = panel.outcome
    per_unit = np.maximum(outside.sum(axis=1), 1.0)
    # normal equations of the period effects once unit effects are projected out; pinv since one of them is free
    system = np.linalg.pinv(
        np.diag(outside.sum(axis=0)) - outside.T @ (outside / per_unit[:, None]), rcond=1e-10, hermitian=True
    )
    unit_means = (outside * outcome).sum(axis=1) / per_unit
    period_effects = system @ (outside * (outcome - unit_means[:, None])).sum(axis=0)
    unit_effects = unit_means - (outside @ period_effects) / per_unit
    effects[used] = (outcome - unit_effects[:, None] - period_effects)[panel.unit[used], panel.time[used]]
    share = used / used.sum() if cell_weights is None else np.where(used, cell_weights, 0.0)
    on_units = np.bincount(panel.unit, share, shape[0]) / per_unit
    on_periods = system @ (np.bincount(panel.time, share, shape[1]) - outside.T @ on_units)
    matrix = -(on_units[:, None] + on_periods - ((outside @ on_periods) / per_unit)[:, None]) * outside
    weights[:] = matrix[panel.unit, panel.time]
    weights[used] = share[used]
    return Imputation(float(weights @ panel.outcome), weights, effects, used)


def _linked_groups(outside: Floats) -> tuple[np.ndarray, np.ndarray]:
    """Label of the connected set of units and periods, -1 where a unit or period has no cell outside membership."""
    unit_label = np.full(outside.shape[0], -1)
    time_label = np.full(outside.shape[1], -1)
    label = 0
    for start in range(outside.shape[0]):
        if unit_label[start] >= 0 or not outside[start].any():
            continue
        units = np.arange(outside.shape[0]) == start
        size = 0
        while units.sum() > size:
            size = int(units.sum())
            times = outside[units].any(axis=0)
            units = np.asarray(outside[:, times].any(axis=1))
        unit_label[units] = label
        time_label[outside[units].any(axis=0)] = label
        label += 1
    return unit_label, time_label
