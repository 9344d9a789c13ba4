"""Survival with few activities: Kaplan–Meier curves, Wilson intervals on the effective number, log-rank test.

`python -m impact.survival --file FILE.csv --duration … --event … [--group …]` prints JSON for a reviewer's own data.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special

from impact.panel import Booleans, Floats, Integers
from impact.reviewer import Row, number, rows
from periscope.uncertainty import wilson

_ENDED = {"1": True, "1.0": True, "true": True, "0": False, "0.0": False, "false": False}


@dataclass(frozen=True)
class Curve:
    """Survival after each distinct duration; `at_risk` and `ended` are counts at that duration."""

    times: Floats
    survival: Floats
    at_risk: Integers
    ended: Integers

    def at(self, time: float) -> float:
        before = np.flatnonzero(self.times <= time)
        return float(self.survival[before[-1]]) if len(before) else 1.0

    def still_at_risk(self, time: float) -> int:
        """How many are followed at least until `time`."""
        later = np.flatnonzero(self.times >= time)
        return int(self.at_risk[later[0]]) if len(later) else 0

    @property
    def median(self) -> float | None:
        """First duration that no more than half survive; None when more than half always do."""
        reached = np.flatnonzero(self.survival <= 0.5)
        return float(self.times[reached[0]]) if len(reached) else None

    def interval(self, time: float, level: float = 0.95) -> tuple[float, float]:
        """Wilson interval on the number that would give Greenwood's variance; on those at risk when there is none."""
        share = self.at(time)
        until = (self.times <= time) & (self.at_risk > self.ended)
        greenwood = float(
            np.sum(self.ended[until] / (self.at_risk[until] * (self.at_risk - self.ended)[until]))
        )
        variance = share**2 * greenwood
        trials = share * (1 - share) / variance if variance > 0 else float(self.still_at_risk(time))
        return wilson(share * trials, trials, level)


def kaplan_meier(durations: Floats, is_ended: Booleans) -> Curve:
    """Curve of durations followed, ended (True) or still going when last seen (False)."""
    times = np.unique(durations)
    at_risk = np.array([(durations >= time).sum() for time in times], dtype=np.int64)
    ended = np.array([((durations == time) & is_ended).sum() for time in times], dtype=np.int64)
    survival = np.cumprod(1 - ended / np.maximum(at_risk, 1), dtype=np.float64)
    return Curve(times, survival, at_risk, ended)


def log_rank(durations: Floats, is_ended: Booleans, is_in_group: Booleans) -> tuple[float, float]:
    """Chi-square of two groups having one survival, and its p-value."""
    observed = expected = variance = 0.0
    for time in np.unique(durations[is_ended]):
        at_risk, ending = durations >= time, (durations == time) & is_ended
        n, n1, d = at_risk.sum(), (at_risk & is_in_group).sum(), ending.sum()
        observed += float((ending & is_in_group).sum())
        expected += float(d * n1 / n)
        if n > 1:
            variance += float(d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1))
    statistic = (observed - expected) ** 2 / variance if variance > 0 else 0.0
    return statistic, float(special.chdtrc(1, statistic))


def answer(rows: list[Row], duration: str, event: str, group: str | None) -> dict[str, Any]:
    """Medians, by group when asked, and the log-rank test of two groups; an `event` of 1 has ended."""
    durations = np.array([number(line, duration, row[duration]) for line, row in rows])
    is_ended = np.array([_is_ended(line, event, row[event]) for line, row in rows])
    told: dict[str, Any] = {"count": len(rows), "median": kaplan_meier(durations, is_ended).median}
    if group is None:
        return told
    groups = np.array([row[group] for _, row in rows])
    names = sorted(set(groups))
    told["groups"] = {
        name: kaplan_meier(durations[groups == name], is_ended[groups == name]).median for name in names
    }
    if len(names) == 2:
        statistic, p_value = log_rank(durations, is_ended, groups == names[0])
        told["log_rank"] = {"statistic": statistic, "p_value": p_value}
    return told


def _is_ended(line: int, column: str, text: str) -> bool:
    if text.casefold() not in _ENDED:
        raise ValueError(
            f"ligne {line}, colonne « {column} » : « {text} » ; écrivez 1 pour une fin, 0 sinon."
        )
    return _ENDED[text.casefold()]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m impact.survival", description=__doc__)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--duration", required=True, help="nom de la colonne")
    parser.add_argument("--event", required=True, help="nom de la colonne : 1 pour une fin")
    parser.add_argument("--group", help="nom de la colonne")
    asked = parser.parse_args()
    try:
        columns = [name for name in (asked.duration, asked.event, asked.group) if name is not None]
        told = answer(rows(asked.file, columns), asked.duration, asked.event, asked.group)
    except ValueError as error:
        print(f"{asked.file} : {error}", file=sys.stderr)
        return 2
    json.dump(told, sys.stdout, indent=2, allow_nan=False)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
