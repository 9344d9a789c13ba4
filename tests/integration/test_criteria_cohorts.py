"""Golden numbers of cohorts: conversion, its Kaplan-Meier estimate, survival; worked out by hand or by statsmodels."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from periscope import catalogue
from tests.poles import Figures, Pole

CRITERIA = sorted(
    {
        f"+{line.model}"
        for line in catalogue.load().values()
        if line.model.startswith(("crit_conv", "crit_surv"))
    }
)
A, C = "732829320", "880878145"
SEEN_UNTIL = date(2026, 9, 30)
#: the immature cohort of 2025-Q1: threshold, creation
YOUNG = (
    ("2025-01-02", "2025-01-02"),
    ("2025-01-10", "2025-11-01"),
    ("2025-01-15", None),
    ("2025-02-01", "2026-09-30"),
    ("2025-02-20", "2025-12-13"),
    ("2025-03-31", "2026-10-01"),
    ("2025-03-31", None),
    ("2025-03-31", "2026-09-20"),
)


def project(number: int, threshold: str, created_on: str | None = None, **more: Any) -> dict[str, Any]:
    kind = {"creation_kind": "registration"} if created_on else {}
    return {
        "project_ref": f"N{number}",
        "holder_pid": f"h{number}",
        "title_key": "t",
        "support_threshold_on": threshold,
        "created_on": created_on,
        **kind,
        **more,
    }


@pytest.fixture(scope="module")
def figures() -> Figures:
    rows = [
        # DOMAIN 9.8: 40 projects, 12 created within 24 months (the last to the day), 3 later
        *(project(n, "2024-02-29", "2026-02-28" if n == 1 else "2025-06-01") for n in range(1, 13)),
        *(project(n, "2024-02-29", "2026-03-01") for n in range(13, 16)),
        *(project(n, "2024-02-29") for n in range(16, 41)),
        *(project(100 + n, threshold, created_on) for n, (threshold, created_on) in enumerate(YOUNG)),
        # a cohort older than the periods evaluated: created in time, before its threshold, taken over, never
        project(201, "2022-01-01", "2024-12-31"),
        project(202, "2022-01-01", "2021-12-31"),
        {**project(203, "2022-01-01", "2022-06-01"), "creation_kind": "takeover"},
        project(204, "2022-01-01"),
        # created three years before the quarter, and what is known of them
        project(
            301, "2022-01-01", "2023-07-01", activity_status="active", checked_on="2026-07-01", is_micro=False
        ),
        project(
            302, "2022-01-01", "2023-09-30", activity_status="active", checked_on="2026-09-29", is_micro=True
        ),
        project(
            303, "2022-01-01", "2023-08-01", activity_status="ceased", checked_on="2026-09-01", is_micro=True
        ),
        project(
            304, "2022-01-01", "2023-08-01", activity_status="merged", checked_on="2024-09-01", is_micro=False
        ),
        project(305, "2022-01-01", "2023-08-01"),
        # the five years' one is in the year to date, not in the quarter
        project(401, "2021-01-01", "2021-05-01", activity_status="active", checked_on="2026-06-01"),
    ]
    pole = Pole()
    pole.member("A", A, joined_on="2010-01-01")
    pole.member("C", C, presence="occasional_user")
    pole.declare("supported_projects", A, "2026-Q3", *rows)
    return pole.build("2026-Q3", select=CRITERIA)


def counts(figures: Figures, indicator: str, period: str, *where: str) -> tuple[Any, Any, Any]:
    row = figures.row(indicator, period, *where)
    assert row is not None
    return row["value"], row["numerator"], row["denominator"]


def test_conversion_of_a_mature_cohort(figures: Figures) -> None:
    where = ("members", "cohort", "2024-Q1")
    assert counts(figures, "conversion_rate_24m", "2024-Q1", *where) == (Decimal("0.3"), 12, 40)
    assert counts(figures, "conversion_rate_12m", "2024-Q1", *where) == (0, 0, 40)


def test_an_immature_cohort_is_not_assessed(figures: Figures) -> None:
    row = figures.row("conversion_rate_36m", "2024-Q1", "members", "cohort", "2024-Q1")
    assert row is not None
    assert (row["value"], row["numerator"], row["denominator"]) == (None, None, None)
    assert row["reason"] == "Cohorte trop récente : moins de 36 mois de recul."


def test_a_creation_before_the_threshold_or_a_takeover_is_no_conversion(figures: Figures) -> None:
    # nine projects of 2022-Q1: 201 (in 36 months to the day before) and the five of 300; 202, 203 and 204 are not
    assert counts(figures, "conversion_rate_36m", "2022-Q1", "members", "cohort", "2022-Q1") == (
        Decimal("0.666667"),
        6,
        9,
    )


def test_all_pools_the_mature_cohorts(figures: Figures) -> None:
    # 24 months at 2026-Q3: 2021-Q1 (1 of 1), 2022-Q1 (5 of 9), 2024-Q1 (12 of 40)
    assert counts(figures, "conversion_rate_24m", "2026-Q3") == (Decimal("0.36"), 18, 50)
    assert counts(figures, "conversion_rate_24m", "2026") == (Decimal("0.36"), 18, 50)
    # at 2025-Q4 the cohort of 2024-Q1 was not mature
    assert counts(figures, "conversion_rate_24m", "2025-Q4") == (Decimal("0.6"), 6, 10)


def test_kaplan_meier_agrees_with_statsmodels(figures: Figures) -> None:
    survival = pytest.importorskip("statsmodels.duration.survfunc")
    events = [created is not None and date.fromisoformat(created) <= SEEN_UNTIL for _, created in YOUNG]
    times = [
        ((date.fromisoformat(created or "") if event else SEEN_UNTIL) - date.fromisoformat(threshold)).days
        for (threshold, created), event in zip(YOUNG, events, strict=True)
    ]
    expected = 1 - survival.SurvfuncRight(times, events).surv_prob[-1]
    value, numerator, denominator = counts(
        figures, "conversion_rate_24m_km", "2025-Q1", "members", "cohort", "2025-Q1"
    )
    assert float(value) == pytest.approx(expected, abs=1e-6)
    assert (numerator, denominator) == (5, 8)
    assert value != Decimal("0.625"), "the estimate is not the raw ratio"


def test_survival_shows_the_unknown(figures: Figures) -> None:
    # alive: 301, and 304 by its merger; ceased: 303; unknown: 302 (checked the day before) and 305
    assert counts(figures, "survival_rate_3y", "2026-Q3") == (Decimal("0.4"), 2, 5)
    assert counts(figures, "survival_rate_3y_low", "2026-Q3") == (Decimal("0.4"), 2, 5)
    assert counts(figures, "survival_rate_3y_high", "2026-Q3") == (Decimal("0.8"), 4, 5)
    assert figures.items("survival_rate_3y_high", "2026-Q3", dimension="is_micro") == {
        "true": Decimal("0.5"),
        "false": Decimal("1"),
        "unknown": Decimal("1"),
    }
    assert counts(figures, "survival_rate_5y", "2026-Q3") == (None, None, None)
    assert counts(figures, "survival_rate_5y", "2026") == (1, 1, 1)


def test_a_silent_perimeter_has_no_rate(figures: Figures) -> None:
    assert counts(figures, "survival_rate_3y", "2026-Q3", "occasional_users") == (None, None, None)
    assert counts(figures, "conversion_rate_24m", "2026-Q3", "occasional_users") == (None, None, None)
