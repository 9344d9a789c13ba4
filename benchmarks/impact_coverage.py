"""Coverage of the effect's interval on simulated poles: `python -m benchmarks.impact_coverage [DRAWS]`.

For each size: how often the published interval holds the truth, how often an effect is claimed where there is none,
how often the estimate is refused; beside the raw before/after and its textbook standard error.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from impact.eligibility import Limits
from impact.estimate import assess
from impact.panel import Panel

SIZES = [(10, 10), (10, 30), (25, 10), (25, 30), (40, 30)]
PERIODS = (12, 16, 24)
LIMITS = Limits(permutations=199)


def world(seed: int, members: int, outside: int, periods: int, effect: float) -> Panel:
    """Log turnover: level, common season, autocorrelated heavy-tailed noise, 12 % of declarations missing."""
    generator = np.random.default_rng(seed)
    times = [f"{2010 + t // 4}-Q{t % 4 + 1}" for t in range(periods)]
    season = generator.normal(0, 0.1, periods)
    rows, joined = [], {}
    for unit in range(members + outside):
        name = f"U{unit:03d}"
        first = int(generator.integers(3, periods - 3)) if unit < members else None
        joined[name] = None if first is None else times[first]
        level, noise = generator.normal(11, 1), 0.0
        for time in range(periods):
            noise = 0.5 * noise + 0.12 * generator.standard_t(4) / np.sqrt(2)
            if generator.random() >= 0.12:
                gain = effect if first is not None and time >= first else 0.0
                rows.append((name, times[time], level + season[time] + gain + noise))
    return Panel.build(rows, joined, times)


def naive(panel: Panel) -> tuple[float, float]:
    """Members' mean after minus before, with the standard error of two independent samples."""
    of_members = panel.is_member[panel.unit]
    after, before = (
        panel.outcome[of_members & panel.is_treated],
        panel.outcome[of_members & ~panel.is_treated],
    )
    error = np.sqrt(after.var(ddof=1) / len(after) + before.var(ddof=1) / len(before))
    return float(after.mean() - before.mean()), float(error)


def one(job: tuple[int, int, int, int, float]) -> tuple[float, float, float, float]:
    """(is assessable, interval holds the truth, interval excludes 0, naive interval holds the truth)."""
    seed, members, outside, periods, effect = job
    panel = world(seed, members, outside, periods, effect)
    raw, error = naive(panel)
    naive_holds = float(abs(raw - effect) <= 1.96 * error)
    finding = assess(panel, LIMITS)
    if finding.interval is None:
        return 0.0, 0.0, 0.0, naive_holds
    return 1.0, float(effect in finding.interval), float(0.0 not in finding.interval), naive_holds


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(
        "| members | outside | quarters | effect | draws | assessed % | coverage % | ± | 0 excluded % | raw before/after coverage % |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    with ProcessPoolExecutor(2) as pool:
        for members, outside in SIZES:
            for periods in PERIODS:
                for effect in (0.0, 0.08):
                    jobs = [(seed, members, outside, periods, effect) for seed in range(draws)]
                    found = np.array(list(pool.map(one, jobs, chunksize=10)))
                    count = int(found[:, 0].sum())
                    shares = (
                        found[found[:, 0] == 1][:, 1:3].mean(axis=0) * 100 if count else [float("nan")] * 2
                    )
                    margin = 196 * np.sqrt(0.95 * 0.05 / count) if count else float("nan")
                    print(
                        f"| {members} | {outside} | {periods} | {effect:.2f} | {draws} | {found[:, 0].mean() * 100:.0f} | "
                        f"{shares[0]:.1f} | {margin:.1f} | {shares[1]:.1f} | {found[:, 3].mean() * 100:.1f} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
