"""What a mask is made of: where a figure is published, its status, who may see it all the same."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from periscope import template
from periscope.quarters import Quarter
from periscope.settings import Secrecy
from periscope.workspace import Run
from protection.consents import Consent
from protection.masks import _is_small_count, _may_see, _status, section
from protection.primary import Figure, Parts
from protection.registry import Delivered, closed_before
from protection.relations import Amounts, enterprise_terms
from protection.system import solve


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """2026-Q3, after the closing of 2026-Q2."""
    workspace = template.create(tmp_path / "pole")
    (workspace.record / "closings.jsonl").write_text(json.dumps({"quarter": "2026-Q2"}) + "\n")
    return Run(workspace, Quarter(2026, 3), date(2026, 11, 23))


def figure(
    period: str = "2026-Q3",
    dimension: str = "all",
    *,
    secrecy: str = "enterprise",
    is_headline: bool = False,
    unit: str = "eur",
    value: int | None = 9,
    numerator: int | None = None,
    denominator: int | None = None,
    parts: Parts | None = None,
) -> Figure:
    value_, numerator_, denominator_ = (
        None if n is None else Decimal(n) for n in (value, numerator, denominator)
    )
    return Figure(
        "f", "turnover_total", period, "members", dimension, "all", unit, secrecy, is_headline, True,
        value_, numerator_, denominator_, 3, parts or {},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (figure("2026-Q3"), "current"),
        (figure("2026"), "current"),
        (figure("2024-Q1", "cohort"), "current"),
        (figure("2026-Q2"), ""),
        (figure("2025"), ""),
        (figure("2026-Q2", is_headline=True), "history"),
        (figure("2026-Q2", secrecy="exempt"), "history"),
        (figure("2026-Q2", "room", secrecy="exempt"), "history"),
        (figure("2026-Q2", "function", is_headline=True), ""),
    ],
)
def test_trends_are_kept_for_headlines_and_what_is_exempt(run: Run, one: Figure, expected: str) -> None:
    assert section(one, run) == expected


@pytest.mark.parametrize(
    ("one", "restated", "is_closing", "expected"),
    [
        (figure(), False, False, "provisional"),
        (figure(), False, True, "closed"),
        (figure(value=None), False, True, "not_assessable"),
        (figure("2026-Q2"), False, False, "closed"),
        (figure("2026-Q2"), True, True, "restated"),
        (figure("2026-Q2", value=None), True, False, "restated"),
        (figure("2026-Q1", is_headline=True), False, True, "provisional"),
    ],
)
def test_a_figure_is_closed_restated_or_provisional(
    run: Run, one: Figure, restated: bool, is_closing: bool, expected: str
) -> None:
    closed = closed_before(run)
    assert _status(one, run, frozenset({"f"} if restated else ()), closed, is_closing) == expected


ONE: Parts = {"value": {("E1", "1"): Decimal(4), ("E2", "2"): Decimal(5)}}
BOTH = [Consent("1", "sicoval", "*"), Consent("2", "sicoval", "turnover_total")]


@pytest.mark.parametrize(
    ("one", "agreed", "is_shown"),
    [
        (figure(parts=ONE), BOTH, True),
        (figure(parts=ONE), BOTH[:1], False),
        (figure(parts=ONE), [BOTH[0], Consent("2", "region", "*")], False),
        (figure(parts=ONE), [BOTH[0], Consent("2", "sicoval", "jobs_fte")], False),
        (figure(parts=ONE, secrecy="person"), BOTH, False),
        (figure(parts=ONE, secrecy="person", dimension="member"), BOTH, True),
        (figure(), BOTH, False),
    ],
)
def test_a_hidden_figure_is_shown_where_all_its_enterprises_agreed(
    one: Figure, agreed: list[Consent], is_shown: bool
) -> None:
    assert _may_see(one, "sicoval", agreed) is is_shown


@pytest.mark.parametrize(
    ("one", "is_small"),
    [
        (figure(secrecy="person", unit="count", value=2), True),
        (figure(secrecy="person", unit="count", value=3), False),
        (figure(secrecy="person", unit="count", value=None), False),
        (figure(secrecy="person", unit="share", value=1, numerator=3, denominator=3), False),
        (figure(secrecy="person", unit="share", value=1, numerator=3, denominator=2), True),
        (figure(secrecy="person", unit="share", value=1, numerator=2, denominator=9), True),
        (figure(unit="count", value=2), False),
    ],
)
def test_a_small_count_of_persons_stays_hidden_whoever_agreed(run: Run, one: Figure, is_small: bool) -> None:
    assert _is_small_count(one, run) is is_small


@pytest.mark.parametrize(
    ("measure", "amount", "width"),
    [
        ("joint_purchase_amount.value", "5000", 1000.0),
        ("collaboration_jobs_created_fte.value", "2", 0.5),
        ("fte", "2", 0.5),
        ("turnover", "50000", 5000.0),
    ],
)
def test_what_was_hidden_of_a_measure_that_no_figure_has_any_more_stays_a_target(
    measure: str, amount: str, width: float
) -> None:
    """A quarter with joint purchases, closed; the next one has none: it is protected all the same."""
    term = ((measure, "2026-Q1", "M0", "111", Decimal(amount)), 1.0)
    past = [Delivered("f", False, "", {"value": [term]})]
    ((_, _, targets), _) = solve([], [], frozenset(), [], past, Secrecy()).systems
    assert {(target.above, target.below) for target in targets} == {(width, width)}


def told_by(
    item: str, period: str, value: int, told: dict[str, int], indicator: str = "turnover_bridge"
) -> Figure:
    dimension = "item" if indicator == "turnover_bridge" else "all"
    parts: Parts = {"value": {(member, member): Decimal(amount) for member, amount in told.items()}}
    return Figure(
        f"{indicator} {item} {period}", indicator, period, "members", dimension, item, "eur", "enterprise",
        True, True, Decimal(value), None, None, len(told), parts,
    )  # fmt: skip


def test_a_bridge_of_a_year_betrays_its_lone_leaver_unless_another_item_is_hidden() -> None:
    """B and C came in 2025-Q2: in 2026 they are entrants of the first quarter and organic in the second."""
    stayed = {f"S{number}": 50_000 + 3_000 * number for number in range(12)}
    before = {"2025-Q1": {**stayed, "D": 90_000}, "2025-Q2": {**stayed, "C": 40_000, "B": 30_000}}
    came = {"C": 41_000, "B": 33_000, "E": 45_000, "F": 46_000, "G": 47_000}
    later = {
        name: amount + 900 * (-1) ** rank + 100 * rank for rank, (name, amount) in enumerate(stayed.items())
    }
    now = {quarter: {**later, **came} for quarter in ("2026-Q1", "2026-Q2")}
    amounts = [
        told_by("all", period, sum(told.values()), told, "turnover_total")
        for period, told in (before | now).items()
    ]
    items: dict[str, dict[str, dict[str, int]]] = {}
    for period, told in now.items():
        base = before[period.replace("2026", "2025")]
        items[period] = {
            "organic": {m: told[m] - base[m] for m in told if m in base},
            "entrants": {m: told[m] for m in told if m not in base},
            "leavers": {m: -base[m] for m in base if m not in told},
        }
    items["2026"] = {
        item: {
            m: sum(items[q][item].get(m, 0) for q in now)
            for m in sorted({m for q in now for m in items[q][item]})
        }
        for item in ("organic", "entrants", "leavers")
    }
    figures = list(amounts)
    for period, by_item in items.items():
        everyone = sorted({m for told in by_item.values() for m in told})
        by_item["total"] = {m: sum(told.get(m, 0) for told in by_item.values()) for m in everyone}
        figures += [told_by(item, period, sum(told.values()), told) for item, told in by_item.items() if told]
    year = [one for one in figures if one.period == "2026"]
    lone = "turnover_bridge leavers 2026"
    hidden = solve(figures, year, frozenset({lone}), [], [], Secrecy()).hidden
    assert hidden > {lone}, "le total moins les autres postes donne celui qui est parti"


def test_a_stock_of_the_year_is_that_of_its_last_quarter() -> None:
    """Posts open at the end of the year to date are the quarter's: one cannot be hidden and the other told."""
    told = {
        "2026-Q2": {"A": 4, "B": 5, "C": 6},
        "2026-Q3": {"A": 5, "B": 7, "C": 6},
        "2026": {"A": 5, "B": 7, "C": 6},
    }
    figures = [
        told_by("all", period, sum(members.values()), members, "collaboration_jobs_created_fte")
        for period, members in told.items()
    ]
    amounts = Amounts(figures)
    _, quarter, year = (enterprise_terms(figure, amounts)["value"] for figure in figures)
    assert year == quarter
