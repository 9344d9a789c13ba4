"""axe-core on every page and state, wide and narrow: no violation of its rules, best practices included."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from ingest import pages
from periscope import dictionary
from periscope.quarters import Quarter
from periscope.workspace import Run, Workspace
from reports import dictionary as dictionary_page
from reports import member_sheet
from reports.figures import Figures
from tests.browser.test_pages import CREATIONS, opened
from tests.unit.test_member_sheet import sheet

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
    page.wait_for_function("() => document.documentElement.dataset.shown")
    if state != "a proof":
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert violations(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_report(offline: BrowserContext, readers: dict[str, Path], width: int) -> None:
    page, _, _ = opened(offline, readers["funder"] / "rapport.html")
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert violations(page) == []
    page.locator(f"main [data-figure-id={CREATIONS}]").first.click()
    assert page.locator("[popover]:popover-open").count() == 1 and violations(page) == []


def _other_pages(readers: dict[str, Path], folder: Path) -> dict[str, str]:
    """The pages outside published/: the dictionary, a member's sheet, a return."""
    (folder / "periscope.toml").write_text(
        'pole_name = "Pôle fictif"\nis_fictitious = true\n', encoding="utf-8"
    )
    run = Run(Workspace(folder), Quarter(2026, 3), date(2026, 11, 23))
    table = pages.table("Ce qui est à corriger", ("Fichier", "Motif"), [("a.xlsx", "Date illisible.")])
    return {
        "dictionnaire.html": dictionary_page.render(dictionary.entries(None)),
        "M1-fiche.html": member_sheet.render(sheet(), Figures.load(readers["public"])),
        "M1.html": pages.page(run, "Retour à M1", pages.paragraph("Une ligne."), table),
    }


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_beside_the_publication(
    offline: BrowserContext, readers: dict[str, Path], tmp_path: Path, width: int
) -> None:
    for name, text in _other_pages(readers, tmp_path).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        page, said, asked = opened(offline, tmp_path / name)
        page.set_viewport_size({"width": width, "height": 800})
        assert (name, said, asked, violations(page)) == (name, [], [], [])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        page.close()


def test_the_dictionary_is_searched(offline: BrowserContext, tmp_path: Path) -> None:
    (tmp_path / "d.html").write_text(dictionary_page.render(dictionary.entries(None)), encoding="utf-8")
    page, said, _ = opened(offline, tmp_path / "d.html")
    page.get_by_label("Chercher une table").fill("no_show")
    shown = page.locator("details.entry:visible summary").all_inner_texts()
    assert "fct_bookings" in shown and "dim_members" not in shown and said == []
