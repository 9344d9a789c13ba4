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


@dataclass(frozen=True)
class Fit:
    """Two-way effects fitted on cells outside membership, for a batch of designs and several outcomes at once.

    `units` is batch × outcomes × units, `periods` batch × outcomes × periods, `is_identified` batch × units × periods.
    """

    units: Floats
    periods: Floats
    is_identified: Booleans


def fit(outside: Booleans, outcomes: Floats) -> Fit:
    """Fit on cells `outside` (batch × units × periods) each of `outcomes` (outcomes × units × periods)."""
    cells = outside.astype(np.float64)
    shares = cells / np.maximum(cells.sum(axis=2), 1.0)[:, :, None]
    linked = _linked_periods(cells)
    # one period effect is free in each linked set; its null space is known, so a plain inverse serves as pseudo-inverse
    free = linked / linked.sum(axis=2, keepdims=True)
    matrix = free - cells.transpose(0, 2, 1) @ shares
    period = np.arange(cells.shape[2])
    matrix[:, period, period] += cells.sum(axis=1)
    system = np.linalg.inv(matrix) - free
    means = np.einsum("but,kut->bku", shares, outcomes)
    sums = np.einsum("but,kut->bkt", cells, outcomes) - means @ cells
    periods = sums @ system
    return Fit(means - periods @ shares.transpose(0, 2, 1), periods, cells @ linked > 0)


def _linked_periods(cells: Floats) -> Floats:
    """1 where two periods are linked by a chain of organisations observed in both, a period with itself included."""
    linked = np.asarray((cells.transpose(0, 2, 1) @ cells > 0) | np.eye(cells.shape[2], dtype=bool))
    for _ in range(max(1, int(np.ceil(np.log2(cells.shape[2]))))):
        if linked.all():
            break
        linked = linked.astype(np.float64) @ linked.astype(np.float64) > 0
    return linked.astype(np.float64)


def effects(outside: Booleans, treated: Booleans, outcomes: Floats) -> Floats:
    """Mean effect over identified `treated` cells: batch × outcomes, NaN where no cell is identified."""
    found = fit(outside, outcomes)
    used = (treated & found.is_identified).astype(np.float64)
    count = used.sum(axis=(1, 2))[:, None]
    total = (
        np.einsum("but,kut->bk", used, outcomes)
        - np.einsum("bu,bku->bk", used.sum(axis=2), found.units)
        - np.einsum("bt,bkt->bk", used.sum(axis=1), found.periods)
    )
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)


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
