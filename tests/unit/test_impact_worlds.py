"""Worlds that fool an estimate: the answer is a warning or a refusal, never a confident number."""

from __future__ import annotations

import math

import numpy as np
import pytest

from impact.eligibility import Limits
from impact.estimate import Finding, assess
from impact.inference import Cells, jackknife
from impact.panel import Panel
from impact.sensitivity import trend, trimmed
from impact.tell import effect, sentence, tipping
from periscope.settings import Secrecy
from tests.unit.test_impact import world

FEW = Limits(permutations=199)


def warned(finding: Finding) -> str:
    return " ".join(finding.verdict.warnings + finding.verdict.refusals)


def is_confident(finding: Finding) -> bool:
    """A number that claims an effect without saying anything against it."""
    return finding.interval is not None and 0.0 not in finding.interval and not finding.is_doubtful


def after_a_good_quarter(seed: int, periods: int = 16) -> Panel:
    """Organisations join in the quarter after their best one; joining changes nothing."""
    panel = world(seed, members=20, outside=20, periods=periods)
    noise = panel.outcome - np.array([panel.outcome[panel.unit == u].mean() for u in panel.unit])
    joined = panel.first_treated.copy()
    for unit in np.flatnonzero(panel.is_member):
        rows = np.flatnonzero((panel.unit == unit) & (panel.time >= 4) & (panel.time <= 9))
        joined[unit] = panel.time[rows[np.argmax(noise[rows])]] + 1
    return panel.with_dates(joined)


@pytest.mark.parametrize("seed", range(5))
def test_joining_after_a_good_quarter(seed: int) -> None:
    finding = assess(after_a_good_quarter(seed), FEW)
    assert not is_confident(finding)
    assert "Le trimestre qui précède l'entrée est inhabituel" in warned(finding)
    assert "ce n'est pas un effet mesuré" in sentence(finding, is_log=True)


@pytest.mark.parametrize("seed", range(5))
def test_a_drift_of_members_is_never_a_confident_number(seed: int) -> None:
    finding = assess(world(seed, drift=0.03), FEW)
    assert not is_confident(finding)
    assert "apparaît déjà avant l'entrée" in warned(finding)
    assert finding.interval is not None and finding.interval.low < 0.1


@pytest.mark.parametrize("seed", [10, 12])
def test_a_slow_drift_that_no_check_sees_is_not_announced(seed: int) -> None:
    """The estimate leaves zero out and all before joining looks calm: the members' own trend could explain it."""
    finding = assess(world(seed, drift=0.012), FEW)
    lines = {line.label: line.interval for line in finding.lines}
    assert 0.0 not in lines["Estimation retenue"] and not finding.is_doubtful
    assert not is_confident(finding) and finding.interval is not None and finding.mde is not None
    trend_taken_off = lines["Tendance propre corrigée"]
    assert finding.interval.high >= trend_taken_off.high and finding.interval.low <= trend_taken_off.low
    assert finding.mde > trend_taken_off.width / 2  # what is said visible would be announced
    assert "tendance d'avant pourrait expliquer l'écart" in finding.checks[0].text


@pytest.mark.parametrize("seed", range(4))
def test_one_member_times_four_is_told(seed: int) -> None:
    panel = world(seed, members=10, outside=20)
    boosted = panel.outcome + np.where((panel.unit == 0) & panel.is_treated, np.log(4), 0.0)
    finding = assess(panel.with_outcome(boosted), FEW)
    assert not is_confident(finding)
    assert "seule organisation" in warned(finding) or finding.effect is None


@pytest.mark.parametrize("seed", range(5))
def test_three_declarations_in_ten_missing(seed: int) -> None:
    """The estimate stands, wider, and still holds the truth; when one group is silent it says so."""
    panel = world(seed, effect=0.1, missing=0.3)
    finding = assess(panel, FEW)
    assert finding.interval is not None and 0.1 in finding.interval
    generator = np.random.default_rng(seed)
    silent = panel.is_member[panel.unit] & (generator.random(len(panel.unit)) < 0.3)
    told = assess(panel.keep_rows(~silent), FEW)
    assert (
        "Les déclarations manquantes ne sont pas également réparties" in warned(told) or told.effect is None
    )


def test_setting_the_silent_aside_hides_no_silence() -> None:
    """Eight members of 25 answer twice only and are set aside; their silence counts in the share that is missing."""
    panel = world(3, members=25, outside=20, missing=0.2)
    is_mute = panel.unit < 8
    answers = np.isin(panel.event_time, (-1, 0))
    finding = assess(panel.keep_rows(~is_mute | answers), FEW)
    assert sum(name < "U008" for name in finding.verdict.excluded) == 8
    assert finding.effect is None and "déclarations manquent chez les membres" in warned(finding)


def test_members_silent_when_they_do_badly() -> None:
    """Missing that depends on the outcome: refused or warned about, since the groups answer differently."""
    panel = world(3, missing=0.0)
    centred = panel.outcome - np.array([panel.outcome[panel.unit == u].mean() for u in panel.unit])
    hides = panel.is_treated & (centred < np.quantile(centred[panel.is_treated], 0.45))
    finding = assess(panel.keep_rows(~hides), FEW)
    assert "Les déclarations manquantes ne sont pas également réparties" in warned(finding)


def test_a_shock_common_to_members_is_always_said() -> None:
    for finding in (assess(world(2), FEW), assess(world(1, effect=0.3), FEW)):
        assert "Un choc commun à tous les membres" in warned(finding)
        assert finding.interval is not None
        assert tipping(finding.interval) == min(abs(finding.interval.low), abs(finding.interval.high))


def test_a_shock_moves_the_estimate_by_itself_and_no_check_sees_it() -> None:
    panel = world(2)
    shocked = panel.with_outcome(panel.outcome + 0.06 * panel.is_treated)
    calm, moved = assess(panel, FEW), assess(shocked, FEW)
    assert calm.effect is not None and moved.effect == pytest.approx(calm.effect + 0.06)
    assert [c.is_reassuring for c in calm.checks[1:3]] == [c.is_reassuring for c in moved.checks[1:3]]


def test_the_slope_before_joining_is_found_and_taken_off() -> None:
    slope, adjusted = trend(world(5, drift=0.05, effect=0.2, missing=0.0))
    assert slope.effect == pytest.approx(0.05, abs=3 * slope.standard_error)
    assert 0.2 in adjusted.interval
    assert jackknife(world(5, drift=0.05, effect=0.2, missing=0.0)).effect > 0.3


def test_without_quarters_to_tell_a_slope_the_trend_is_not_known() -> None:
    rows = [(name, t, 1.0) for name in "ABC" for t in ("2024-Q1", "2024-Q2")]
    panel = Panel.build(rows, {"A": "2024-Q2", "B": "2024-Q2", "C": None})
    slope, adjusted = trend(panel)
    assert np.isnan(slope.effect) and np.isnan(adjusted.effect)


def test_the_trimmed_mean_ignores_one_extreme() -> None:
    panel = world(9, members=20, outside=20)
    boosted = panel.with_outcome(panel.outcome + np.where((panel.unit == 0) & panel.is_treated, 3.0, 0.0))
    assert abs(trimmed(boosted).effect - trimmed(panel).effect) < 0.03
    assert jackknife(boosted).effect - jackknife(panel).effect > 0.05


def test_a_false_date_leaves_its_cells_out_of_the_fit() -> None:
    panel = world(7, effect=5.0, missing=0.0)
    assert abs(jackknife(panel, Cells(-4, -1)).effect) < 0.1


def test_no_point_of_the_plot_is_of_few_members() -> None:
    panel = world(12, members=6, outside=15, periods=24)
    finding = assess(panel, FEW, secrecy=Secrecy(min_contributors=5))
    assert finding.points and all(point.members >= 5 for point in finding.points)
    assert finding.points[-1].cells.last > 24  # the last block takes in the years that are too thin to tell


def test_no_year_is_told_that_one_large_employer_makes() -> None:
    """Levels, not logs: every year since joining is the gain of one member, and the years before tell nobody."""
    panel = world(12, members=8, outside=15, periods=16)
    large = panel.with_outcome(panel.outcome + 40.0 * ((panel.unit == 0) & panel.is_treated))
    assert [p.cells.first < 0 for p in assess(panel, FEW, scale=1000.0).points].count(False) >= 2
    points = assess(large, FEW, scale=1000.0).points
    assert points and all(point.cells.first < 0 for point in points)


def test_a_plot_too_thin_is_not_drawn() -> None:
    finding = assess(world(12, members=6, outside=15), FEW, secrecy=Secrecy(min_contributors=7))
    assert finding.effect is not None and finding.points == []


def test_the_pages_get_no_shuffled_effect_and_no_member_but_in_the_house() -> None:
    panel = world(10)
    told = effect("turnover_effect", assess(panel, FEW), panel, FEW, is_log=True)
    assert sum(bar.count for bar in told.chance) == told.permutations_count == 199
    assert len(told.chance) < 30 and len(told.left_out) == len(panel.units)
    ends = [math.log1p(float(told.chance[0].low)), math.log1p(float(told.chance[-1].high))]
    assert ends == pytest.approx([round(end, 2) for end in ends], abs=1e-4)  # no shuffled effect is a bound
    precise = [p.effect for p in told.points] + [line.high for line in told.lines]
    assert precise and all(value == round(value, 2) for value in precise)


def test_the_warning_and_the_sentence_tell_one_smallest_effect() -> None:
    finding = assess(world(12, members=6, outside=15), FEW)
    assert finding.mde is not None and np.expm1(finding.mde) > 0.25  # where a log and a share part
    told = f"inférieur à {np.expm1(finding.mde):.0%}".replace("%", " %")
    assert told in warned(finding) and told in sentence(finding, is_log=True)


def test_a_refusal_keeps_the_smallest_visible_effect() -> None:
    generator = np.random.default_rng(0)
    panel = world(4, members=6, outside=10)
    noisy = panel.with_outcome(panel.outcome + generator.normal(0, 2, len(panel.outcome)))
    told = effect("turnover_effect", assess(noisy, FEW), noisy, FEW, is_log=True)
    assert told.effect is None and told.mde is not None and told.mde > 0.5
    assert "plus petit effet visible" in told.sentence
