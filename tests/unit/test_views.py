"""Views of a dashboard: those of an earlier period are taken again while all that they are made from is the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from periscope.reader_context import Target
from periscope.reuse import Reuse
from reports import dashboard, views
from reports.figures import Figure, Figures
from reports.report import Report
from tests.fixtures import reader_folder


def without_reuse(report: Report) -> dict[str, str]:
    """The views made from the whole report, whatever their period."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "_seen", lambda whole, period: whole)
        return views.packed(report, Reuse({}))


class Earlier:
    """The views of one report, then those of changed ones: which periods are made again."""

    def __init__(self, report: Report, patch: pytest.MonkeyPatch) -> None:
        self.report, self._first = report, Reuse({})
        views.packed(report, self._first)
        self._made: list[str] = []
        packed = views._packed

        def spy(seen: Report, period: str, *asked: Any) -> str:
            self._made.append(period)
            return packed(seen, period, *asked)

        patch.setattr(views, "_packed", spy)

    def made_again(self, **changes: Any) -> set[str]:
        changed = replace(self.report, **changes)
        self._made.clear()
        found = views.packed(changed, Reuse(self._first.used))
        made = set(self._made)
        assert found == without_reuse(changed)
        return made

    def moved(self, of: Callable[[Figure], bool]) -> Figures:
        return Figures([replace(f, value=Decimal(12)) if of(f) else f for f in self.report.figures])


@pytest.mark.parametrize("kind", ["internal", "committee"])
def test_only_views_of_which_something_changed_are_made_again(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = Report.open(reader_folder.write(tmp_path / kind, kind))
    old = min(f.period for f in report.figures if f.is_quarterly and f.indicator_id == "turnover_total")
    aim = Target("turnover_total", "members", old, Decimal(1_234_567), date(2024, 1, 5), "Comité")
    report = replace(report, context=replace(report.context, targets=(*report.context.targets, aim)))
    earlier = Earlier(report, monkeypatch)
    every = set(views.periods(report))
    always = {report.quarter, report.year} & every
    assert earlier.made_again() == always
    tomorrow = replace(report.context, as_of=report.context.as_of + timedelta(1))
    assert earlier.made_again(context=tomorrow) == always
    later = {period for period in every if views._end(period) >= old}
    assert earlier.made_again(figures=earlier.moved(lambda f: f.period == old)) == later | always
    assert earlier.made_again(figures=earlier.moved(lambda f: f.dimension == "cohort")) == every
    # a function told for the first time today is a choice in every view
    extra = [
        replace(f, item="autre", figure_id=f.figure_id + "+")
        for f in report.figures
        if f.dimension == "function" and f.period == report.quarter
    ]
    assert earlier.made_again(figures=Figures([*report.figures, *extra])) == every
    assert earlier.made_again(context=replace(report.context, labels={})) == every
    assert earlier.made_again(context=replace(report.context, targets=())) == every


def test_a_page_with_views_taken_again_is_the_same(tmp_path: Path) -> None:
    report, first = Report.open(reader_folder.write(tmp_path / "c", "committee")), Reuse({})
    assert dashboard.render(report, first) == dashboard.render(report, Reuse(first.used))
