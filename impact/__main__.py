"""`python -m impact --panel FILE.csv …`: the estimators on a reviewer's own panel, answer in JSON."""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from pathlib import Path
from typing import Any

from impact.group_time import Estimate, group_time
from impact.imputation import impute
from impact.inference import jackknife, permute
from impact.panel import Panel


def read_panel(path: Path, unit: str, time: str, first_treated: str, outcome: str) -> Panel:
    """A CSV with a header; an empty or zero joining period means never. Numeric times sort as numbers."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    joined: dict[str, str | None] = {}
    cells = []
    for row in rows:
        if not row[outcome].strip():
            continue
        when = row[first_treated].strip()
        joined[row[unit]] = None if when in ("", "0", "0.0", "inf", "Inf", "NA") else _period(when)
        cells.append((row[unit], _period(row[time].strip()), float(row[outcome])))
    return Panel.build(cells, joined)


def _period(text: str) -> str:
    return text[:-2] if text.endswith(".0") else text


def _finite(value: float) -> float | None:
    """None where JSON has no number: too few organisations bound nothing."""
    return value if math.isfinite(value) else None


def _told(estimate: Estimate) -> dict[str, float]:
    return {"effect": estimate.effect, "standard_error": estimate.standard_error}


def answer(panel: Panel, method: str, control: str) -> dict[str, Any]:
    """Everything the method gives, as plain JSON values."""
    if method == "callaway-santanna":
        found = group_time(panel, control)
        return {
            "method": method,
            "control": control,
            "group_time": [
                {"group": panel.times[g], "time": panel.times[t]} | _told(e)
                for (g, t), e in found.effects.items()
            ],
            "aggregates": {name: _told(estimate) for name, estimate in found.aggregates.items()},
            "event_study": {str(e): _told(estimate) for e, estimate in found.event.items()},
        }
    estimate = impute(panel)
    if not estimate.is_used.any():
        return {"method": method, "effect": None, "reason": "Aucune cellule traitée n'a de comparaison."}
    leave_one_out = jackknife(panel)
    chance = permute(panel)
    interval = chance.interval()
    return {
        "method": method,
        "effect": estimate.effect,
        "jackknife": {
            "standard_error": _finite(leave_one_out.standard_error),
            "low": _finite(leave_one_out.interval.low),
            "high": _finite(leave_one_out.interval.high),
        },
        "permutation": {
            "p_value": chance.p_value(),
            "low": _finite(interval.low),
            "high": _finite(interval.high),
        },
        "cells": int(estimate.is_used.sum()),
        "organisations": len(panel.units),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m impact", description=__doc__)
    parser.add_argument("--panel", type=Path, required=True)
    for name in ("unit", "time", "first-treated", "outcome"):
        parser.add_argument(f"--{name}", required=True, help="nom de la colonne")
    parser.add_argument("--method", choices=("imputation", "callaway-santanna"), default="imputation")
    parser.add_argument("--control", choices=("never", "not-yet"), default="never")
    arguments = parser.parse_args()
    try:
        panel = read_panel(
            arguments.panel, arguments.unit, arguments.time, arguments.first_treated, arguments.outcome
        )
        told = answer(panel, arguments.method, arguments.control)
    except KeyError as error:
        print(f"{arguments.panel} : colonne {error} absente.", file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        print(f"{arguments.panel} : {error}", file=sys.stderr)
        return 2
    json.dump(told, sys.stdout, indent=2, allow_nan=False)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
