"""`python -m impact --panel FILE.csv …`: the estimators on a reviewer's own panel, answer in JSON."""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any

from impact.group_time import Estimate, group_time
from impact.imputation import impute
from impact.inference import jackknife, permute
from impact.panel import Panel
from impact.reviewer import read_panel


def _finite(value: float) -> float | None:
    """None where JSON has no number: too few organisations bound nothing."""
    return value if math.isfinite(value) else None


def _told(estimate: Estimate) -> dict[str, float | None]:
    return {"effect": _finite(estimate.effect), "standard_error": _finite(estimate.standard_error)}


def answer(panel: Panel, method: str, control: str) -> dict[str, Any]:
    """Everything the method gives, as plain JSON values."""
    if method == "callaway-santanna":
        found = group_time(panel, control)
        if not found.aggregates:
            return _nothing(method)
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
        return _nothing(method)
    leave_one_out = jackknife(panel)
    chance = permute(panel)
    interval = chance.interval()
    return {
        "method": method,
        "effect": _finite(estimate.effect),
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


def _nothing(method: str) -> dict[str, Any]:
    return {"method": method, "effect": None, "reason": "Aucune période de membre n'a de comparaison."}


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
    except ValueError as error:
        print(f"{arguments.panel} : {error}", file=sys.stderr)
        return 2
    json.dump(told, sys.stdout, indent=2, allow_nan=False, ensure_ascii=False)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
