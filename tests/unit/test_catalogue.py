"""The catalogue is complete, and the page of definitions is the catalogue's."""

from __future__ import annotations

import pytest

from periscope import catalogue, criteria_page
from periscope.catalogue import Indicator

INDICATORS = list(catalogue.load().values())


def test_the_page_is_up_to_date() -> None:
    assert criteria_page.PAGE.read_text(encoding="utf-8") == criteria_page.render(), (
        "docs/criteres.md is not what the catalogue says: run python -m periscope.criteria_page."
    )


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.indicator_id)
def test_every_indicator_is_on_the_page(indicator: Indicator) -> None:
    page = criteria_page.render()
    assert page.count(f"`{indicator.indicator_id}`, version") == 1
    assert indicator.definition_fr in page


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda one: one.indicator_id)
def test_every_line_is_complete(indicator: Indicator) -> None:
    texts = (indicator.name_fr, indicator.definition_fr, indicator.formula_fr, indicator.sources_fr)
    assert all(texts), "a definition that people read is missing"
    assert indicator.model.startswith("crit_")
    # shares do not add up; what adds up has a unit that does
    assert not indicator.is_additive or indicator.unit in ("count", "eur", "fte", "hours")


def test_tuples_are_read_from_lists() -> None:
    rooms = catalogue.load()["occupancy_rate"]
    assert rooms.perimeters == ("pole",)
    assert rooms.dimensions == ("all", "room", "category")
    assert not rooms.is_additive
