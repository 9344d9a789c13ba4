"""The same effect under other assumptions: a trend of the members' own, fewer extremes, another baseline."""

from __future__ import annotations

import numpy as np

from impact.imputation import effects, fit
from impact.inference import Jackknife, jackknife, jackknife_of
from impact.panel import Booleans, Floats, Panel

#: share of members set aside at each end of the trimmed mean
_TRIMMED_SHARE = 0.15


def trend(panel: Panel) -> tuple[Jackknife, Jackknife]:
    """Slope per period of members against the others before joining, and the effect once that slope is prolonged.

    Both are NaN when no slope can be told from the cells before joining.
    """
    own_time = np.where(panel.is_member[:, None], np.arange(len(panel.times), dtype=np.float64), 0.0)
    outcomes = np.stack([panel.grid, own_time])

    def slope(outside: Booleans, asked: Booleans) -> Floats:
        found = fit(outside, outcomes)
        predicted = found.units[:, :, :, None] + found.periods[:, :, None, :]
        left = np.where(outside[:, None], outcomes - predicted, 0.0)
        spread = (left[:, 1] ** 2).sum(axis=(1, 2))
        return np.where(
            spread > 1e-9, (left[:, 0] * left[:, 1]).sum(axis=(1, 2)) / np.maximum(spread, 1e-9), np.nan
        )

    def adjusted(outside: Booleans, asked: Booleans) -> Floats:
        found = effects(outside, asked, outcomes)
        return np.asarray(found[:, 0] - slope(outside, asked) * found[:, 1])

    return jackknife_of(panel, slope, is_careful=True), jackknife_of(panel, adjusted, is_careful=True)


def trimmed(panel: Panel) -> Jackknife:
    """Mean of the members' own effects, the extremes set aside."""
    outcome = panel.grid[None]

    def statistic(outside: Booleans, asked: Booleans) -> Floats:
        found = fit(outside, outcome)
        used = asked & found.is_identified
        gaps = np.where(used, outcome - found.units[:, 0, :, None] - found.periods[:, 0, None, :], 0.0)
        with np.errstate(invalid="ignore"):
            own = gaps.sum(axis=2) / used.sum(axis=2)
        return np.array([_trimmed_mean(values[~np.isnan(values)]) for values in own])

    return jackknife_of(panel, statistic, is_careful=True)


def _trimmed_mean(values: Floats) -> float:
    if not len(values):
        return float("nan")
    cut = int(_TRIMMED_SHARE * len(values))
    return float(np.sort(values)[cut : len(values) - cut].mean())


def without_last_quarter(panel: Panel) -> Jackknife:
    """The effect when the quarter just before joining is no part of the baseline."""
    return jackknife(panel.keep_rows(panel.event_time != -1), is_careful=True)
