"""The same estimators as an independent library, on generated panels: gaps, early members, joining dates alone.

The library is a development dependency, used here only: its analytic standard errors do not hold at our size.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from impact.group_time import group_time
from impact.imputation import impute
from impact.inference import Cells, jackknife
from impact.panel import NEVER, Panel
from tests.unit.test_impact import world

library = pytest.importorskip(
    "diff_diff", reason="bibliothèque diff-diff absente (dépendance de développement)"
)


def frame(panel: Panel) -> pd.DataFrame:
    """The panel as the library reads it: never joined is infinity, periods are numbers."""
    first = panel.first_treated[panel.unit].astype(float)
    return pd.DataFrame(
        {
            "unit": panel.unit,
            "time": panel.time + 1,
            "first": np.where(first >= NEVER, np.inf, first + 1),
            "outcome": panel.outcome,
        }
    )


def theirs(panel: Panel, **options: object) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return library.ImputationDiD().fit(frame(panel), "outcome", "unit", "time", "first", **options)


@pytest.mark.parametrize("missing", [0.0, 0.12, 0.4])
@pytest.mark.parametrize(("members", "outside"), [(10, 10), (25, 30), (40, 10)])
def test_imputation_on_gappy_panels(members: int, outside: int, missing: float) -> None:
    for seed in range(3):
        panel = world(seed, members, outside, effect=0.1, missing=missing)
        assert impute(panel).effect == pytest.approx(theirs(panel).overall_att, abs=1e-8)  # type: ignore[attr-defined]


def test_imputation_by_period_since_joining() -> None:
    panel = world(5, 25, 25, effect=0.1, missing=0.2)
    found = theirs(panel, aggregate="event_study").event_study_effects  # type: ignore[attr-defined]
    compared = 0
    for period, told in found.items():
        if period >= 0 and np.isfinite(told["effect"]):
            assert jackknife(panel, Cells(period, period)).effect == pytest.approx(told["effect"], abs=1e-8)
            compared += 1
    assert compared >= 8


@pytest.mark.parametrize("control", ["never", "not-yet"])
def test_group_time_effects_on_balanced_panels(control: str) -> None:
    panel = world(2, 20, 20, effect=0.1, missing=0.0)
    name = {"never": "never_treated", "not-yet": "not_yet_treated"}[control]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator = library.CallawaySantAnna(control_group=name, estimation_method="reg")
        found = estimator.fit(frame(panel), "outcome", "unit", "time", "first")
    ours = group_time(panel, control).effects
    compared = 0
    for (group, time), told in found.group_time_effects.items():
        key = (int(group) - 1, int(time) - 1)
        if key in ours and np.isfinite(told["effect"]):
            assert ours[key].effect == pytest.approx(told["effect"], abs=1e-8)
            assert ours[key].standard_error == pytest.approx(told["se"], rel=1e-6)
            compared += 1
    assert compared > 50
