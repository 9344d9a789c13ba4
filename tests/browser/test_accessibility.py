"""axe-core on every page and state, wide and narrow: no violation of its rules, best practices included."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.browser.test_pages import CREATIONS, opened

pytestmark = pytest.mark.browser
WIDTHS = [320, 1440]
STATES = {
    "as it opens": "",
    "another view": "#quarter=2025-Q4&perimeter=permanent_residents",
    "one function": "#function=creation_support",
    "a proof": f"#figure={CREATIONS}",
}


def violations(page: Page) -> list[str]:
    """One line per rule broken: its id and the first element at fault."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])})" for one in found]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("reader", "state"),
    [*(("committee", state) for state in STATES), ("internal", "as it opens"), ("public", "as it opens")],
)
def test_dashboards(
    offline: BrowserContext, readers: dict[str, Path], reader: str, state: str, width: int
) -> None:
    page, _, _ = opened(offline, readers[reader] / "dashboard.html", STATES[state])
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_function("document.documentElement.dataset.shown")
    if state != "a proof":
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert violations(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_report(offline: BrowserContext, readers: dict[str, Path], width: int) -> None:
    page, _, _ = opened(offline, readers["funder"] / "rapport.html")
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert violations(page) == []
