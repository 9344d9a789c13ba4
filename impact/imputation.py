"""Imputation difference-in-differences (Borusyak, Jaravel, Spiess).

Unit and period effects are fitted on cells observed outside membership; each member cell is compared with what they
predict. The estimate is linear in the outcome, so inference follows from the weights.
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
    outside = ~panel.is_treated
    groups = _linked_groups(panel, outside)
    used = panel.is_treated & (groups[0][panel.unit] >= 0) & (groups[0][panel.unit] == groups[1][panel.time])
    weights = np.zeros(len(panel.outcome))
    effects = np.full(len(panel.outcome), np.nan)
    if not used.any():
        return Imputation(float("nan"), weights, effects, used)
    design = _design(panel)
    # pseudo-inverse: one effect per linked group is redundant, and unseen units or periods have none
    solver = np.linalg.pinv(design[outside].T @ design[outside], hermitian=True) @ design[outside].T
    effects[used] = panel.outcome[used] - design[used] @ (solver @ panel.outcome[outside])
    share = used / used.sum() if cell_weights is None else np.where(used, cell_weights, 0.0)
    weights[used] = share[used]
    weights[outside] = -(share[used] @ design[used]) @ solver
    return Imputation(float(weights @ panel.outcome), weights, effects, used)


def _design(panel: Panel) -> Floats:
    design = np.zeros((len(panel.outcome), len(panel.units) + len(panel.times)))
    rows = np.arange(len(panel.outcome))
    design[rows, panel.unit] = 1.0
    design[rows, len(panel.units) + panel.time] = 1.0
    return design


def _linked_groups(panel: Panel, outside: Booleans) -> tuple[np.ndarray, np.ndarray]:
    """Label of the connected set of units and periods, -1 where a unit or period has no cell outside membership."""
    unit_label = np.full(len(panel.units), -1)
    time_label = np.full(len(panel.times), -1)
    pairs = list(zip(panel.unit[outside], panel.time[outside], strict=True))
    times_of: dict[int, list[int]] = {}
    units_of: dict[int, list[int]] = {}
    for unit, time in pairs:
        times_of.setdefault(int(unit), []).append(int(time))
        units_of.setdefault(int(time), []).append(int(unit))
    label = 0
    for start in times_of:
        if unit_label[start] >= 0:
            continue
        queue = [start]
        unit_label[start] = label
        while queue:
            for time in times_of[queue.pop()]:
                if time_label[time] >= 0:
                    continue
                time_label[time] = label
                for unit in units_of[time]:
                    if unit_label[unit] < 0:
                        unit_label[unit] = label
                        queue.append(unit)
        label += 1
    return unit_label, time_label
