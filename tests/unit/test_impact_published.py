"""Published tables of the methods literature, on data read in place."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.group_time import group_time
from impact.imputation import impute
from impact.panel import Panel
from impact.reviewer import read_panel, rows
from impact.survival import answer

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "impact"

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="échantillons impact absents (../shared/samples/impact)"
)


@pytest.fixture(scope="module")
def mpdta() -> Panel:
    return read_panel(SAMPLES / "mpdta.csv", "countyreal", "year", "first.treat", "lemp")


def test_group_time_effects(mpdta: Panel) -> None:
    found = group_time(mpdta).effects
    published = {
        "2004": [-0.0105032, -0.0704232, -0.1372587, -0.1008114],
        "2006": [0.0065201, -0.0027508, -0.0045946, -0.0412245],
        "2007": [0.0305067, -0.0027259, -0.0310871, -0.0260544],
    }
    for group, values in published.items():
        g = mpdta.times.index(group)
        assert [found[g, t].effect for t in range(1, 5)] == pytest.approx(values, abs=5e-8)


def test_aggregates_and_standard_errors(mpdta: Panel) -> None:
    aggregates = group_time(mpdta).aggregates
    published = {
        "simple": (-0.0399513, 0.0120340),
        "group": (-0.0310183, 0.0124461),
        "dynamic": (-0.0772398, 0.0199650),
        "calendar": (-0.0417004, 0.0159719),
    }
    for name, (effect, standard_error) in published.items():
        assert aggregates[name].effect == pytest.approx(effect, abs=5e-8)
        assert aggregates[name].standard_error == pytest.approx(standard_error, abs=5e-7)


def test_event_study(mpdta: Panel) -> None:
    event = group_time(mpdta).event
    published = [0.0305067, -0.0005631, -0.0244587, -0.0199318, -0.0509574, -0.1372587, -0.1008114]
    assert [event[e].effect for e in range(-3, 4)] == pytest.approx(published, abs=5e-8)


def test_imputation(mpdta: Panel) -> None:
    assert impute(mpdta).effect == pytest.approx(-0.0477099, abs=5e-8)


def test_invariances(mpdta: Panel) -> None:
    generator = np.random.default_rng(0)
    base = impute(mpdta).effect
    by_unit = generator.normal(size=len(mpdta.units))[mpdta.unit]
    by_time = generator.normal(size=len(mpdta.times))[mpdta.time]
    assert impute(mpdta.with_outcome(mpdta.outcome + by_unit + by_time)).effect == pytest.approx(
        base, abs=1e-9
    )
    raised = mpdta.with_outcome(mpdta.outcome + 0.25 * mpdta.is_treated)
    assert impute(raised).effect == pytest.approx(base + 0.25, abs=1e-9)


def test_card_krueger() -> None:
    frame = pd.read_csv(SAMPLES / "njmin3.csv")
    columns = {column.casefold(): column for column in frame.columns}
    fte, nj, post = (
        frame[columns["fte"]],
        frame[columns["nj"]],
        frame[columns["post_april92" if "post_april92" in columns else "d"]],
    )
    means = {(s, p): fte[(nj == s) & (post == p)].mean() for s in (0, 1) for p in (0, 1)}
    assert [round(means[key], 3) for key in ((0, 0), (0, 1), (1, 0), (1, 1))] == [
        23.331,
        21.166,
        20.439,
        21.027,
    ]
    rows = [(f"{s}", f"{p}", means[s, p]) for s in (0, 1) for p in (0, 1)]
    assert impute(Panel.build(rows, {"1": "1", "0": None})).effect == pytest.approx(2.7536, abs=5e-5)


def test_survival_of_lung_patients() -> None:
    told = answer(rows(SAMPLES / "lung.csv", ("time", "status", "sex")), "time", "status", "sex")
    assert told["median"] == 310
    assert told["groups"] == {"1": 270, "2": 426}
    assert told["log_rank"]["statistic"] == pytest.approx(10.3267, abs=5e-5)
