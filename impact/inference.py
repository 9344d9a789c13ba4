"""Uncertainty that holds with few organisations: jackknife, permutation of joining dates, minimum detectable effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from impact.imputation import effects
from impact.panel import Booleans, Floats, Integers, Panel

#: a number of periods that no panel reaches
_FAR = 10**6
#: designs solved together: more would leave the processor's cache
_BATCH = 100

#: value per design of a batch, from the cells of its fit and the cells asked about
Statistic = Callable[[Booleans, Booleans], Floats]


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
class Cells:
    """The member cells that a question compares with their counterfactual: `first` to `last` periods since joining.

    Cells before joining may be asked about as well (false dates): they are then left out of the fit.
    """

    first: int = 0
    last: int = _FAR

    def designs(self, seen: Booleans, since: Integers) -> tuple[Booleans, Booleans]:
        """Cells of the fit and cells asked about, for a batch of joining dates (batch × units × periods)."""
        asked = seen & (since >= self.first) & (since <= self.last)
        return seen & (since < 0) & ~asked, asked


SINCE_JOINING = Cells()


@dataclass(frozen=True)
class Jackknife:
    """Leave-one-organisation-out estimates, in the order of panel.units (NaN where the effect disappears)."""

    effect: float
    standard_error: float
    degrees_of_freedom: int
    interval: Interval
    left_out: Floats

    @property
    def p_value(self) -> float:
        """Two-sided, of no effect."""
        return float(2 * special.stdtr(self.degrees_of_freedom, -abs(self.effect) / self.standard_error))


def jackknife(
    panel: Panel, cells: Cells = SINCE_JOINING, *, level: float = 0.95, is_careful: bool = False
) -> Jackknife:
    """Cluster jackknife with Student t(G - 1), or t(min(members, outside) - 1) when `is_careful`."""
    outcome = panel.grid[None]

    def mean_effect(outside: Booleans, asked: Booleans) -> Floats:
        return effects(outside, asked, outcome)[:, 0]

    return jackknife_of(panel, mean_effect, cells, level=level, is_careful=is_careful)


def jackknife_of(
    panel: Panel,
    statistic: Statistic,
    cells: Cells = SINCE_JOINING,
    *,
    level: float = 0.95,
    is_careful: bool = False,
) -> Jackknife:
    """Cluster jackknife of any statistic of a batch of designs (cells of the fit, cells asked about)."""
    count_units = len(panel.units)
    # first the whole panel, then each organisation left out
    kept = np.vstack([np.ones((1, count_units), bool), ~np.eye(count_units, dtype=bool)])[:, :, None]
    outside, asked = cells.designs(panel.seen, _since(panel, panel.first_treated[None]))
    found = statistic(outside & kept, asked & kept)
    left_out = found[1:]
    valid = left_out[~np.isnan(left_out)]
    count = len(valid)
    error = (
        float(np.sqrt((count - 1) / count * np.sum((valid - valid.mean()) ** 2)))
        if count > 1
        else float("nan")
    )
    members = int(panel.is_member.sum())
    freedom = max((min(members, count_units - members) if is_careful else count) - 1, 1)
    half = float(special.stdtrit(freedom, 0.5 + level / 2)) * error
    whole = float(found[0])
    return Jackknife(whole, error, freedom, Interval(whole - half, whole + half, level), left_out)


def _since(panel: Panel, first_treated: Integers) -> Integers:
    """Periods since joining, hugely negative for who never joins: batch × units × periods."""
    return np.arange(len(panel.times)) - first_treated[:, :, None]


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


def permute(
    panel: Panel, draws: int = 999, seed: int = 20260331, cells: Cells = SINCE_JOINING
) -> Permutation:
    """Redistribute the joining dates (never included) at random among organisations, `draws` times."""
    generator = np.random.default_rng(seed)
    dates = np.array([generator.permutation(panel.first_treated) for _ in range(draws)], dtype=np.int64)
    seen = panel.seen
    truth = cells.designs(seen, _since(panel, panel.first_treated[None]))
    outcomes = np.stack([panel.grid, truth[1][0].astype(np.float64)])
    found = np.concatenate(
        [
            effects(*cells.designs(seen, _since(panel, dates[start : start + _BATCH])), outcomes)
            for start in range(0, draws, _BATCH)
        ]
    )
    found = found[~np.isnan(found[:, 0])]
    return Permutation(float(effects(*truth, outcomes)[0, 0]), found[:, 0], found[:, 1])


def minimum_detectable_effect(
    standard_error: float, freedom: int, level: float = 0.95, power: float = 0.8
) -> float:
    """Smallest true effect seen `power` of the time at this precision (about 2.85 standard errors)."""
    return float(special.stdtrit(freedom, 0.5 + level / 2) + special.stdtrit(freedom, power)) * standard_error
