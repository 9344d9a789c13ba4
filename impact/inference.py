"""Uncertainty that holds with few organisations: jackknife, permutation of joining dates, minimum detectable effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from impact.imputation import impute
from impact.panel import Floats, Panel


@dataclass(frozen=True)
class Interval:
    """An interval of level `level`, both bounds included."""

    low: float
    high: float
    level: float = 0.95

    @property
    def width(self) -> float:
        return self.high - self.low

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Jackknife:
    """Leave-one-organisation-out estimates, in the order of panel.units (NaN where the effect disappears)."""

    effect: float
    standard_error: float
    degrees_of_freedom: int
    interval: Interval
    left_out: Floats


def jackknife(panel: Panel, level: float = 0.95, *, is_careful: bool = False) -> Jackknife:
    """Cluster jackknife with Student t(G - 1), or t(min(members, outside) - 1) when `is_careful`."""
    whole = impute(panel).effect
    everyone = np.ones(len(panel.units), dtype=bool)
    left_out = np.array([_without(panel, everyone, unit) for unit in range(len(panel.units))])
    valid = left_out[~np.isnan(left_out)]
    count = len(valid)
    error = (
        float(np.sqrt((count - 1) / count * np.sum((valid - valid.mean()) ** 2)))
        if count > 1
        else float("nan")
    )
    members = int(panel.is_member.sum())
    freedom = max((min(members, len(panel.units) - members) if is_careful else count) - 1, 1)
    half = float(stats.t.ppf(0.5 + level / 2, freedom)) * error
    return Jackknife(whole, error, freedom, Interval(whole - half, whole + half, level), left_out)


def _without(panel: Panel, everyone: np.ndarray, unit: int) -> float:
    kept = everyone.copy()
    kept[unit] = False
    return impute(panel.keep_units(kept)).effect


@dataclass(frozen=True)
class Permutation:
    """Effects under permuted joining dates: `outcome` on the data, `slope` on the treatment itself.

    The statistic under a true effect d is outcome - d × slope, so one set of draws serves the test and the interval.
    """

    effect: float
    outcome: Floats
    slope: Floats

    def p_value(self, effect: float = 0.0) -> float:
        """Share of permutations at least as far as the data under the hypothesis `effect`; the data count as one."""
        observed = abs(self.effect - effect)
        drawn = np.abs(self.outcome - effect * self.slope)
        return float((1 + np.sum(drawn >= observed - 1e-12)) / (1 + len(drawn)))

    def interval(self, level: float = 0.95) -> Interval:
        """Effects not rejected at 1 - level, found by bisection from the estimate outwards."""
        reach = 1.0
        while self.p_value(self.effect - reach) > 1 - level or self.p_value(self.effect + reach) > 1 - level:
            reach *= 2
            if reach > 1e6:
                return Interval(float("-inf"), float("inf"), level)
        return Interval(self._edge(-reach, level), self._edge(reach, level), level)

    def _edge(self, reach: float, level: float) -> float:
        inside, outside = self.effect, self.effect + reach
        for _ in range(60):
            middle = (inside + outside) / 2
            if self.p_value(middle) > 1 - level:
                inside = middle
            else:
                outside = middle
        return inside


def permute(panel: Panel, draws: int = 999, seed: int = 20260331) -> Permutation:
    """Redistribute the joining dates (never included) at random among organisations, `draws` times."""
    generator = np.random.default_rng(seed)
    treatment = panel.with_outcome(panel.is_treated.astype(float))
    outcomes, slopes = [], []
    for _ in range(draws):
        dates = generator.permutation(panel.first_treated)
        weights = impute(panel.with_dates(dates)).weights
        if weights.any():
            outcomes.append(weights @ panel.outcome)
            slopes.append(weights @ treatment.outcome)
    return Permutation(impute(panel).effect, np.array(outcomes), np.array(slopes))


def minimum_detectable_effect(
    standard_error: float, freedom: int, level: float = 0.95, power: float = 0.8
) -> float:
    """Smallest true effect seen `power` of the time at this precision (about 2.85 standard errors)."""
    return float(stats.t.ppf(0.5 + level / 2, freedom) + stats.t.ppf(power, freedom)) * standard_error


def wilson(successes: float, trials: float, level: float = 0.95) -> Interval:
    """Wilson interval of a share; holds with few trials."""
    if trials <= 0:
        return Interval(0.0, 1.0, level)
    z = float(stats.norm.ppf(0.5 + level / 2))
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * float(np.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2)))
    return Interval(max(0.0, centre - half), min(1.0, centre + half), level)
