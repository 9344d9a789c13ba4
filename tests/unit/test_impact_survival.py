"""Survival of few: by hand, against statsmodels, and intervals that hold without an end."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from impact.survival import kaplan_meier, log_rank


def test_by_hand() -> None:
    curve = kaplan_meier(np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, False, True, False]))
    assert curve.survival == pytest.approx([0.75, 0.5, 0.5])
    assert (curve.at(0.5), curve.at(2.5), curve.median, curve.still_at_risk(2.5)) == (1.0, 0.5, 2.0, 1)


def test_against_statsmodels() -> None:
    generator = np.random.default_rng(0)
    durations = np.ceil(generator.exponential(20, 60))
    is_ended, is_in_group = generator.random(60) < 0.6, generator.random(60) < 0.4
    theirs = SurvfuncRight(durations, is_ended.astype(int))
    curve = kaplan_meier(durations, is_ended)
    assert [curve.at(t) for t in theirs.surv_times] == pytest.approx(list(theirs.surv_prob))
    assert log_rank(durations, is_ended, is_in_group) == pytest.approx(
        survdiff(durations, is_ended.astype(int), is_in_group)
    )


def test_nobody_has_ended_is_no_certainty() -> None:
    curve = kaplan_meier(np.array([40.0] * 5), np.zeros(5, dtype=bool))
    low, high = curve.interval(36)
    assert curve.at(36) == 1.0 and curve.median is None
    assert high == 1.0 and low == pytest.approx(0.566, abs=1e-3)  # Wilson 5 of 5


def test_without_loss_the_interval_is_that_of_a_share() -> None:
    durations = np.array([10.0, 20.0, 40.0, 40.0, 40.0, 40.0, 40.0, 40.0, 40.0, 40.0])
    curve = kaplan_meier(durations, durations < 40)
    assert curve.interval(36) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # Wilson 8 of 10


def test_everyone_has_ended() -> None:
    curve = kaplan_meier(np.array([1.0, 2.0, 3.0]), np.ones(3, dtype=bool))
    assert curve.at(3) == 0.0
    low, high = curve.interval(3)
    assert low == 0.0 and high == pytest.approx(0.793, abs=1e-3)  # Wilson 0 of the last one followed


def test_the_interval_covers_the_truth_in_small_samples() -> None:
    """12 activities, a third lost to follow-up: at least 92 % of 400 draws."""
    generator = np.random.default_rng(7)
    truth, held = float(np.exp(-24 / 60)), 0
    for _ in range(400):
        life, seen = generator.exponential(60, 12), generator.uniform(12, 60, 12)
        curve = kaplan_meier(np.minimum(life, seen), life <= seen)
        low, high = curve.interval(24)
        held += low <= truth <= high
    assert held >= 0.92 * 400
