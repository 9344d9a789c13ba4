"""Coverage of the effect's interval on simulated poles: `python -m benchmarks.impact_coverage [DRAWS] [PART …]`.

Parts: base, heavy and jobs (noises), or one size of them (base-10-30, base-10-30-24), refused, fooled, time. Draws use seeds 0, 1, …;
joining changes nothing in these worlds. The whole estimate moves with an effect added to members
(tests/unit/test_impact.py), so the power to announce +8 % is read from the same draws.
"""

from __future__ import annotations

import sys
import time
import warnings
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
import pandas as pd

from impact.eligibility import Limits
from impact.estimate import Finding, assess
from impact.panel import NEVER, Panel
from periscope.settings import Secrecy

SIZES = [(members, outside) for members in (10, 25, 40) for outside in (10, 30)]
PERIODS = (12, 16, 24)
LIMITS = Limits(permutations=199)
#: the plot is not measured here, and takes a third of the time
NO_PLOT = Secrecy(min_contributors=10**9)
EFFECT = 0.08


@dataclass(frozen=True)
class World:
    """One pole in log turnover: level, common season, autocorrelated noise with t tails, declarations missing."""

    members: int
    outside: int
    periods: int
    autocorrelation: float = 0.5
    tails: float = 4.0
    missing: float = 0.12
    noise: float = 0.12
    drift: float = 0.0
    shock: float = 0.0
    is_choosy: bool = False  # organisations join after their best quarter
    is_jobs: bool = False  # the outcome is FTE: sizes from one to hundreds, seasons and noise in proportion
    boost: float = 0.0  # what joining adds to one member, to it alone
    silent: float = 0.0  # declarations missing more, among members alone

    def draw(self, seed: int) -> Panel:
        generator = np.random.default_rng(seed)
        count = self.members + self.outside
        shocks = generator.standard_t(self.tails, (count, self.periods))
        shocks *= self.noise / np.sqrt(self.tails / (self.tails - 2))
        noise = np.zeros_like(shocks)
        noise[:, 0] = shocks[:, 0] / np.sqrt(1 - self.autocorrelation**2)
        for period in range(1, self.periods):
            noise[:, period] = self.autocorrelation * noise[:, period - 1] + shocks[:, period]
        first = np.full(count, NEVER)
        first[: self.members] = generator.integers(3, self.periods - 3, self.members)
        if self.is_choosy:
            first[: self.members] = 3 + noise[: self.members, 2 : self.periods - 4].argmax(axis=1)
        since = np.arange(self.periods) - first[:, None]
        outcome = generator.normal(11, 1, (count, 1)) + generator.normal(0, 0.1, self.periods) + noise
        outcome += np.where(first[:, None] < NEVER, self.drift * np.arange(self.periods), 0.0)
        outcome += self.shock * ((since >= 0) & (np.arange(self.periods) >= self.periods // 2))
        outcome[0] += self.boost * (since[0] >= 0)
        if self.is_jobs:
            outcome = np.round(np.exp(outcome - 9.0), 1)
        lost = self.missing + self.silent * (first < NEVER)[:, None]
        unit, period = np.nonzero(generator.random((count, self.periods)) >= lost)
        names = tuple(f"U{n:03d}" for n in range(count))
        times = tuple(f"{2010 + n // 4}-Q{n % 4 + 1}" for n in range(self.periods))
        return Panel(names, times, first, unit, period, outcome[unit, period])


def naive(panel: Panel) -> tuple[float, float]:
    """Members' mean after minus before, with the standard error of two independent samples."""
    of_members = panel.is_member[panel.unit]
    after = panel.outcome[of_members & panel.is_treated]
    before = panel.outcome[of_members & ~panel.is_treated]
    error = np.sqrt(after.var(ddof=1) / len(after) + before.var(ddof=1) / len(before))
    return float(after.mean() - before.mean()), float(error)


def library(panel: Panel) -> tuple[float, float]:
    """The imputation of diff-diff with its default standard error."""
    from diff_diff import ImputationDiD

    first = panel.first_treated[panel.unit].astype(float)
    first = np.where(first >= NEVER, np.inf, first + 1)
    frame = pd.DataFrame({"u": panel.unit, "t": panel.time + 1, "g": first, "y": panel.outcome})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = ImputationDiD().fit(frame, "y", "u", "t", "g")
    return float(found.overall_att), float(found.overall_se)


def holds(estimate: tuple[float, float]) -> bool:
    return abs(estimate[0]) <= 1.96 * estimate[1]


def announces(found: Finding, effect: float) -> bool:
    """Would an effect be announced, were `effect` added to every member? Estimates and intervals all move by it."""
    lines = {line.label: line.interval for line in found.lines}
    adjusted = lines.get("Tendance propre corrigée")
    return (
        not found.is_doubtful
        and -effect not in lines["Estimation retenue"]
        and adjusted is not None
        and -effect not in adjusted
    )


def measure(world: World, draws: int) -> dict[str, float]:
    """Shares of `draws` in per cent; the library, which is slow, on a quarter of them."""
    told, before_after, theirs, visible = [], [], [], []
    for seed in range(draws):
        panel = world.draw(seed)
        before_after.append(holds(naive(panel)))
        if seed % 4 == 0:
            theirs.append(holds(library(panel)))
        scale = float(panel.outcome[panel.is_member[panel.unit]].mean()) if world.is_jobs else 1.0
        found = assess(panel, LIMITS, secrecy=NO_PLOT, scale=scale)
        if found.interval is not None and found.mde is not None:
            effect = EFFECT * scale if world.is_jobs else float(np.log1p(EFFECT))
            claims = 0.0 not in found.interval and not found.is_doubtful
            assert claims == announces(found, 0.0)
            told.append((0.0 in found.interval, claims, found.is_doubtful, announces(found, effect)))
            visible.append(100 * found.mde / scale)
    shares = 100 * np.array(told, dtype=float).mean(axis=0) if told else np.full(4, np.nan)
    return {
        "assessed": 100 * len(told) / draws,
        "coverage": shares[0],
        "margin": 196 * np.sqrt(0.95 * 0.05 / max(len(told), 1)),
        "claimed": shares[1],
        "doubtful": shares[2],
        "power": shares[3],
        "visible": median(visible) if visible else np.nan,
        "naive": 100 * float(np.mean(before_after)),
        "library": 100 * float(np.mean(theirs)),
    }


def row(name: str, world: World, draws: int) -> None:
    found = measure(world, draws)
    label = "prudent" if found["coverage"] > 97 else ""
    cells = [name, world.members, world.outside, world.periods, draws, f"{found['assessed']:.4g}"]
    has_some = found["assessed"] > 0
    cells += [f"{found['coverage']:.1f} ± {found['margin']:.1f} {label}".rstrip() if has_some else "–"]
    cells += [f"{found[key]:.1f}" if has_some else "–" for key in ("claimed", "doubtful", "power", "visible")]
    cells += [f"{found[key]:.1f}" for key in ("naive", "library")]
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


HEADER = (
    "| monde | membres | dehors | trimestres | tirages | évalués % | couverture % | fausse annonce % | douteux % | "
    "annonce un vrai +8 % | effet visible, médiane % | avant/après, couverture % | bibliothèque, couverture % |\n"
    + "|---" * 13
    + "|"
)


def coverage(part: str, draws: int) -> None:
    """All sizes of a noise, or those that the part names after it: members, outside, quarters."""
    noise, *asked = part.split("-")
    sizes = [(*size, periods) for size in SIZES for periods in PERIODS]
    noises = {
        "base": World(0, 0, 0),
        "heavy": World(0, 0, 0, autocorrelation=0.8, tails=3.0, missing=0.25, noise=0.09),
        "jobs": World(0, 0, 0, autocorrelation=0.8, noise=0.05, is_jobs=True),
    }
    print(HEADER)
    for size in sizes:
        if size[: len(asked)] == tuple(map(int, asked)):
            members, outside, periods = size
            row(noise, replace(noises[noise], members=members, outside=outside, periods=periods), draws)


def refused(draws: int) -> None:
    print(HEADER)
    row("4 membres", World(4, 30, 16), draws)
    row("9 de comparaison", World(25, 9, 16), draws)
    row("45 % manquants", World(25, 30, 16, missing=0.45), draws)
    row("bruit trop fort", World(10, 10, 12, noise=0.8), draws)


def fooled(draws: int) -> None:
    print(HEADER)
    row("dérive +1 % par trimestre", World(25, 30, 16, drift=0.01), draws)
    row("dérive +3 % par trimestre", World(25, 30, 16, drift=0.03), draws)
    row("entrée après un bon trimestre", World(25, 30, 16, is_choosy=True), draws)
    row("choc de 6 % commun aux membres", World(25, 30, 16, shock=0.06), draws)
    row("un membre multiplié par 4", World(25, 30, 16, boost=float(np.log(4))), draws)
    row("30 % manquants chez les membres", World(25, 30, 16, silent=0.18), draws)


def timing(repeats: int = 5) -> None:
    """One whole assessment: estimate, checks, plot, sensitivity."""
    print("| membres | dehors | trimestres | permutations | secondes (médiane) |\n|---|---|---|---|---|")
    for members, outside, periods in ((8, 16, 12), (60, 60, 24)):
        spent = []
        for seed in range(repeats):
            panel = World(members, outside, periods).draw(seed)
            start = time.perf_counter()
            assess(panel, Limits())
            spent.append(time.perf_counter() - start)
        print(f"| {members} | {outside} | {periods} | 999 | {median(spent):.2f} |", flush=True)


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    for part in sys.argv[2:] or ("base", "heavy", "refused", "fooled", "time"):
        print(f"\n{part}\n", flush=True)
        if part == "time":
            timing()
        elif part == "refused":
            refused(draws)
        elif part == "fooled":
            fooled(draws)
        else:
            coverage(part, draws)


if __name__ == "__main__":
    main()
