"""Inference with few organisations, refusals and warnings, on invented panels with a known truth."""

from __future__ import annotations

import numpy as np
import pytest

from impact.eligibility import Limits
from impact.estimate import assess
from impact.imputation import effects, impute
from impact.inference import Permutation, jackknife, permute
from impact.panel import Panel
from impact.tell import effect, sentence
from periscope.uncertainty import wilson

QUARTERS = [f"20{year}-Q{number}" for year in range(20, 26) for number in range(1, 5)]


def world(
    seed: int,
    members: int = 25,
    outside: int = 25,
    periods: int = 16,
    effect: float = 0.0,
    drift: float = 0.0,
    missing: float = 0.1,
) -> Panel:
    """Log turnover with organisation levels, a common season and noise; members join between periods 4 and 10."""
    generator = np.random.default_rng(seed)
    times = QUARTERS[:periods]
    season = generator.normal(0, 0.1, periods)
    rows, joined = [], {}
    for unit in range(members + outside):
        name = f"U{unit:03d}"
        first = int(generator.integers(4, 11)) if unit < members else None
        joined[name] = None if first is None else times[first]
        level = generator.normal(11, 1)
        for time in range(periods):
            if generator.random() < missing:
                continue
            gain = 0.0 if first is None else drift * time + (effect if time >= first else 0.0)
            rows.append((name, times[time], level + season[time] + gain + 0.1 * generator.standard_t(5)))
    return Panel.build(rows, joined, times)


FEW = Limits(permutations=199)


def test_a_clear_effect_is_found_with_its_interval() -> None:
    finding = assess(world(1, effect=0.3), FEW)
    assert finding.effect is not None and finding.interval is not None
    assert 0.3 in finding.interval and 0.0 not in finding.interval
    assert "se distingue du hasard" in sentence(finding, is_log=True)


def test_no_effect_is_not_claimed() -> None:
    finding = assess(world(2), FEW)
    assert finding.interval is not None and 0.0 in finding.interval
    assert "ne serait pas visible" in sentence(finding, is_log=True)


def test_permutation_interval_contains_the_estimate_and_shrinks_with_level() -> None:
    chance = permute(world(3, effect=0.2), 199)
    wide, narrow = chance.interval(0.95), chance.interval(0.5)
    assert wide.low < narrow.low < chance.effect < narrow.high < wide.high
    assert chance.p_value(chance.effect) == 1.0


def test_p_value_counts_the_data_as_one_draw() -> None:
    chance = Permutation(effect=1.0, outcome=np.zeros(99), slope=np.zeros(99))
    assert chance.p_value() == pytest.approx(0.01)


def test_a_gap_in_the_panel_changes_nothing_of_an_exact_effect() -> None:
    rows = [("A", t, 1.0 + i) for i, t in enumerate(QUARTERS[:6])] + [
        ("B", t, 5.0 + i + (2.0 if i >= 3 else 0.0)) for i, t in enumerate(QUARTERS[:6]) if i != 4
    ]
    found = impute(Panel.build(rows, {"A": None, "B": QUARTERS[3]}))
    assert found.effect == pytest.approx(2.0)
    assert found.weights @ np.array([row[2] for row in rows]) == pytest.approx(2.0)


def test_a_batch_of_designs_equals_them_one_by_one() -> None:
    panel = world(11, members=12, outside=8, missing=0.4)
    generator = np.random.default_rng(0)
    dates = np.array([generator.permutation(panel.first_treated) for _ in range(30)])
    since = np.arange(len(panel.times)) - dates[:, :, None]
    seen = panel.seen
    together = effects(seen & (since < 0), seen & (since >= 0), panel.grid[None])[:, 0]
    assert together == pytest.approx([impute(panel.with_dates(d)).effect for d in dates], abs=1e-10)


def test_a_batch_where_nothing_is_linked_is_nan() -> None:
    outside = np.array([[[True, True, False, False], [False, False, False, True]]])
    treated = np.array([[[False, False, True, False], [False, False, False, False]]])
    assert np.isnan(effects(outside, treated, np.ones((1, 2, 4)))).all()


def test_an_effect_without_comparison_is_nan() -> None:
    rows = [("A", t, 1.0) for t in QUARTERS[:4]]
    assert np.isnan(impute(Panel.build(rows, {"A": QUARTERS[2]})).effect)


def test_careful_interval_is_wider() -> None:
    panel = world(4, members=6, outside=12)
    assert jackknife(panel, is_careful=True).interval.width > jackknife(panel).interval.width


@pytest.mark.parametrize(
    ("members", "outside", "missing", "word"),
    [
        (4, 25, 0.0, "4 membre(s)"),
        (25, 9, 0.0, "9 organisation(s) de comparaison"),
        (25, 25, 0.45, "déclarations manquent"),
    ],
)
def test_refusals_name_what_is_missing(members: int, outside: int, missing: float, word: str) -> None:
    finding = assess(world(5, members, outside, missing=missing), FEW)
    assert finding.effect is None
    assert word in " ".join(finding.verdict.refusals)
    assert sentence(finding, is_log=True).startswith("Aucun effet ne peut être estimé")


def test_just_enough_is_accepted() -> None:
    assert assess(world(6, 5, 10, missing=0.0), FEW).effect is not None


def test_members_since_the_first_quarter_are_excluded_by_name() -> None:
    panel = world(7)
    joined = {name: (QUARTERS[0] if name == "U000" else None) for name in panel.units}
    rows = [
        (panel.units[u], panel.times[t], y)
        for u, t, y in zip(panel.unit, panel.time, panel.outcome, strict=True)
    ]
    finding = assess(Panel.build(rows, joined, panel.times), FEW)
    assert "dès le premier trimestre" in finding.verdict.excluded["U000"]


def test_same_data_same_answer() -> None:
    panel = world(10)
    one, two = (effect("turnover_effect", assess(panel, FEW), panel, FEW, is_log=True) for _ in range(2))
    assert one == two and one.effect is not None


def test_wilson_with_few_trials() -> None:
    interval = wilson(8, 10)
    assert interval == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
