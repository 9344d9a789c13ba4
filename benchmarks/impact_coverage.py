"""Coverage of the effect's interval on simulated poles: `python -m benchmarks.impact_coverage [DRAWS] [PART …]`.

Parts: base, heavy and jobs (noises), or one size of them (base-10-30, base-10-30-24), refused, fooled, time. Draws use seeds 0, 1, …;
joining changes nothing in these worlds. The whole estimate moves with an effect added to members
(tests/unit/test_impact.py), so the power to announce +8 % is read from the same draws.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

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
#: seeds drawn of each world before the next: a run that is stopped has measured all of them alike
_BLOCK = 20


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


Draw = dict[str, float | None]


def observe(world: World, seed: int) -> Draw:
    """What one draw gave, 0 or 1; the library, which is slow, on one seed in four. None where nothing was assessed."""
    panel = world.draw(seed)
    scale = float(panel.outcome[panel.is_member[panel.unit]].mean()) if world.is_jobs else None
    told: Draw = {"seed": seed, "naive": holds(naive(panel))}
    if seed % 4 == 0:
        told["library"] = holds(library(panel))
    found = assess(panel, LIMITS, secrecy=NO_PLOT, scale=scale)
    told["assessed"] = found.interval is not None
    if found.interval is not None and found.mde is not None:
        effect = float(np.log1p(EFFECT)) if scale is None else EFFECT * scale
        told["coverage"] = 0.0 in found.interval
        told["claimed"] = 0.0 not in found.interval and not found.is_doubtful
        assert told["claimed"] == announces(found, 0.0)
        told["doubtful"] = found.is_doubtful
        told["power"] = announces(found, effect)
        told["visible"] = float(np.expm1(found.mde)) if scale is None else found.mde / scale
    return told


def row(name: str, world: World, draws: list[Draw]) -> None:
    def share(key: str) -> float:
        return 100 * float(np.mean([one[key] for one in draws if key in one]))

    assessed = sum(bool(one["assessed"]) for one in draws)
    cells = [name, world.members, world.outside, world.periods, len(draws), f"{share('assessed'):.4g}"]
    if assessed:
        margin = 196 * np.sqrt(0.95 * 0.05 / assessed)
        label = " prudent" if share("coverage") > 97 else ""
        cells += [f"{share('coverage'):.1f} ± {margin:.1f}{label}"]
        cells += [f"{share(key):.1f}" for key in ("claimed", "doubtful", "power")]
        cells += [f"{100 * median(float(one['visible'] or 0) for one in draws if 'visible' in one):.0f}"]
    else:
        cells += ["–"] * 5
    cells += [f"{share(key):.0f}" for key in ("naive", "library")]
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


HEADER = (
    "| monde | membres | dehors | trimestres | tirages | évalués % | couverture % | fausse annonce % | douteux % | "
    "annonce un vrai +8 % | effet visible, médiane % | avant/après, couverture % | bibliothèque, couverture % |\n"
    + "|---" * 13
    + "|"
)
NOISES = {
    "base": World(0, 0, 0),
    "heavy": World(0, 0, 0, autocorrelation=0.8, tails=3.0, missing=0.25, noise=0.09),
    "jobs": World(0, 0, 0, autocorrelation=0.8, noise=0.05, is_jobs=True),
}
SPECIAL = {
    "refused": {
        "4 membres": World(4, 30, 16),
        "9 de comparaison": World(25, 9, 16),
        "45 % manquants": World(25, 30, 16, missing=0.45),
        "bruit trop fort": World(10, 10, 12, noise=0.8),
    },
    "fooled": {
        "dérive +1 % par trimestre": World(25, 30, 16, drift=0.01),
        "dérive +3 % par trimestre": World(25, 30, 16, drift=0.03),
        "entrée après un bon trimestre": World(25, 30, 16, is_choosy=True),
        "choc de 6 % commun aux membres": World(25, 30, 16, shock=0.06),
        "un membre multiplié par 4": World(25, 30, 16, boost=float(np.log(4))),
        "30 % manquants chez les membres": World(25, 30, 16, silent=0.18),
    },
}


def worlds(part: str) -> list[tuple[str, World]]:
    """All worlds of a part, or those of the size that it names: members, outside, quarters."""
    name, *asked = part.split("-")
    if name in SPECIAL:
        return list(SPECIAL[name].items())
    sizes = [(*size, periods) for size in SIZES for periods in PERIODS]
    return [
        (name, replace(NOISES[name], members=members, outside=outside, periods=periods))
        for members, outside, periods in sizes
        if (members, outside, periods)[: len(asked)] == tuple(map(int, asked))
    ]


def sample(cells: list[tuple[str, World]], draws: int, kept: Path) -> dict[tuple[str, World], list[Draw]]:
    """Draws of every cell, a block of seeds at a time; those found in `kept` are not drawn again."""
    found: dict[str, dict[float | None, Draw]] = {f"{cell}": {} for cell in cells}
    if kept.exists():
        for line in kept.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            found.setdefault(told["cell"], {})[told["draw"]["seed"]] = told["draw"]
    for start in range(0, draws, _BLOCK):
        for cell in cells:
            for seed in range(start, min(start + _BLOCK, draws)):
                if seed not in found[f"{cell}"]:
                    told = {"cell": f"{cell}", "draw": observe(cell[1], seed)}
                    found[f"{cell}"][seed] = told["draw"]
                    with kept.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(told, default=float) + "\n")
    return {cell: [found[f"{cell}"][seed] for seed in sorted(found[f"{cell}"])] for cell in cells}


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
    parser = argparse.ArgumentParser(prog="python -m benchmarks.impact_coverage")
    parser.add_argument("draws", type=int, nargs="?", default=400)
    parser.add_argument("parts", nargs="*", default=["base", "heavy", "jobs", "refused", "fooled", "time"])
    parser.add_argument("--kept", type=Path, help="draws already made: a run that stops goes on from there")
    asked = parser.parse_args()
    cells = [cell for part in asked.parts if part != "time" for cell in worlds(part)]
    with TemporaryDirectory() as folder:
        found = sample(cells, asked.draws, asked.kept or Path(folder) / "draws.jsonl")
    print(HEADER)
    for (name, world), draws in found.items():
        if draws:
            row(name, world, draws)
    if "time" in asked.parts:
        timing()


if __name__ == "__main__":
    main()
