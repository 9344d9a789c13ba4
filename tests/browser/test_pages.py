"""What a person gets when opening the pages: nothing asked of any address, filters, links, proofs, download, reflow."""

from __future__ import annotations

import csv
import re
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pypdf import PdfReader

from tests.fixtures.reader_folder import figure_id

pytestmark = pytest.mark.browser
#: Screenshots to look at after a run; not kept in the repository.
ARTEFACTS = Path(__file__).resolve().parents[2] / "target" / "screenshots"
PAGES = [("internal", "dashboard.html"), ("committee", "dashboard.html"), ("funder", "rapport.html")]
CREATIONS = figure_id("effective_creations", "2026-Q3", "members", "all", "all")


def opened(context: BrowserContext, path: Path, fragment: str = "") -> tuple[Page, list[str], list[str]]:
    """The page, its console messages and errors, and the requests it made beyond its own file."""
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri() + fragment)
    page.wait_for_function("() => !('reading' in document.documentElement.dataset)")
    return page, said, [url for url in asked if not url.startswith(path.as_uri())]


@pytest.mark.parametrize(("reader", "name"), PAGES)
def test_a_page_opens_offline_and_asks_nothing(
    offline: BrowserContext, readers: dict[str, Path], reader: str, name: str
) -> None:
    page, said, asked = opened(offline, readers[reader] / name)
    assert (said, asked) == ([], [])
    assert page.title() != "1", "a hostile name ran"
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.get_by_text("Données fictives").first.is_visible()
    assert page.locator("[onload], [onerror], [onclick], iframe, object, embed, link, img").count() == 0
    assert page.evaluate("[...document.querySelectorAll('script')].filter(s => !s.type).length") == (
        1 if name == "dashboard.html" else 0
    )


@pytest.mark.parametrize(("reader", "name"), PAGES)
@pytest.mark.parametrize("width", [320, 768, 1440])
def test_a_page_reflows(
    offline: BrowserContext, readers: dict[str, Path], reader: str, name: str, width: int
) -> None:
    page, _, _ = opened(offline, readers[reader] / name)
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{reader}-{width}.png")


@pytest.mark.parametrize(("reader", "name"), PAGES)
def test_structure_that_a_screen_reader_needs(
    offline: BrowserContext, readers: dict[str, Path], reader: str, name: str
) -> None:
    page, _, _ = opened(offline, readers[reader] / name)
    counted = page.evaluate(
        """() => ({
            tables: document.querySelectorAll('table').length,
            captions: document.querySelectorAll('table > caption').length,
            bare: [...document.querySelectorAll('th')].filter(th => !th.scope).length,
            ids: [...document.querySelectorAll('[id]')].map(e => e.id),
            svgs: document.querySelectorAll('svg').length,
            named: document.querySelectorAll('svg[role=img] > title').length,
            levels: [...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1]),
            nameless: [...document.querySelectorAll('button,select,summary')].filter(
                e => !(e.innerText || e.textContent).trim() && !(e.labels && e.labels.length)).length,
        })"""
    )
    assert counted["tables"] == counted["captions"] > 0
    assert counted["svgs"] == counted["named"] > 0
    assert counted["bare"] == 0 and counted["nameless"] == 0
    assert len(counted["ids"]) == len(set(counted["ids"]))
    levels = counted["levels"]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))


def test_contrast_of_every_text(offline: BrowserContext, readers: dict[str, Path]) -> None:
    page, _, _ = opened(offline, readers["committee"] / "dashboard.html")
    weak = page.evaluate(
        """() => {
            const light = (c) => { const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
                return .2126 * r + .7152 * g + .0722 * b; };
            const parse = (s) => { const n = s.match(/[\\d.]+/g).map(Number); return n.length < 4 || n[3] > 0 ? n.slice(0, 3) : null; };
            const back = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c) return c; } return [255, 255, 255]; };
            return [...document.querySelectorAll('body *')].filter(e => !e.closest('svg,script,noscript,[hidden]') && e.offsetParent &&
                [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())).map(e => {
                const [a, b] = [light(parse(getComputedStyle(e).color)), light(back(e))].sort((x, y) => y - x);
                return [(a + .05) / (b + .05), e.tagName + '.' + e.className]; }).filter(([ratio]) => ratio < 4.5);
        }"""
    )
    assert weak == []


def shows(page: Page, view: str) -> None:
    """Wait until the page shows the view `period|perimeter|function`: views are unpacked after the choice."""
    page.wait_for_function("view => document.documentElement.dataset.shown === view", arg=view)


def test_filters_change_cards_table_sections_and_address(
    offline: BrowserContext, readers: dict[str, Path]
) -> None:
    page, said, _ = opened(offline, readers["committee"] / "dashboard.html")
    value = page.locator(".measure[data-indicator=new_supported_projects] .value")
    before, jobs = value.inner_text(), page.locator("#emplois").inner_text()
    page.get_by_label("Périmètre").select_option("permanent_residents")
    page.get_by_label("Période").select_option("2025-Q4")
    shows(page, "2025-Q4|permanent_residents|all")
    assert value.inner_text() != before
    assert "perimeter=permanent_residents" in page.url and "quarter=2025-Q4" in page.url
    moved = page.locator("#emplois").inner_text()
    assert moved != jobs and "Vue arrêtée à : T4\u202f2025" in moved
    assert "résidents permanents" in page.locator("#chiffre-affaires figcaption").first.inner_text()
    assert "T1\u202f2026" not in page.locator("#salles").inner_html()
    assert "Résidents permanents" in page.locator("#t-figures tbody tr").first.inner_text()
    page.get_by_label("Fonction", exact=True).select_option("creation_support")
    shows(page, "2025-Q4|permanent_residents|creation_support")
    assert (
        "Chiffre d'affaires des membres, Création d'activités"
        in page.locator("#chiffre-affaires").inner_text()
    )
    assert page.locator("#t-figures tbody tr").count() > 0
    assert (
        page.locator("#t-figures tbody").inner_text().count("Création d'activités")
        == page.locator("#t-figures tbody tr").count()
    )
    page.get_by_role("button", name="Réinitialiser").click()
    shows(page, "2026-Q3|members|all")
    assert page.locator("#emplois").inner_text() == jobs
    assert "#" not in page.url and value.inner_text() == before
    assert said == []


def test_a_sent_view_opens_as_it_was(offline: BrowserContext, readers: dict[str, Path]) -> None:
    link = f"#quarter=2026-Q2&perimeter=occasional_users&figure={CREATIONS}"
    page, said, _ = opened(offline, readers["committee"] / "dashboard.html", link)
    assert page.get_by_label("Période").input_value() == "2026-Q2"
    assert page.get_by_label("Périmètre").input_value() == "occasional_users"
    assert page.locator("dialog[open]").count() == 1
    shows(page, "2026-Q2|occasional_users|all")
    assert said == []


def test_a_view_shows_published_figures_only(offline: BrowserContext, readers: dict[str, Path]) -> None:
    page, _, _ = opened(offline, readers["committee"] / "dashboard.html")
    published = {row["figure_id"] for name in ("figures.csv", "history.csv")
                 for row in csv.DictReader((readers["committee"] / name).open(encoding="utf-8"))}  # fmt: skip
    for choice in (
        "quarter=2025-Q4",
        "quarter=2026",
        "perimeter=occasional_users&function=promotion_training",
    ):
        page.goto(page.url.split("#")[0] + "#" + choice)
        page.wait_for_function("() => document.documentElement.dataset.shown")
        named = page.evaluate(
            "[...document.querySelectorAll('[data-figure-id]')].map(e => e.dataset.figureId)"
        )
        assert named and set(named) <= published


def test_without_unpacking_the_table_still_follows(browser: Browser, readers: dict[str, Path]) -> None:
    context = browser.new_context(offline=True)
    context.add_init_script("delete window.DecompressionStream")
    page, said, _ = opened(context, readers["committee"] / "dashboard.html", "#perimeter=permanent_residents")
    shows(page, "2026-Q3|permanent_residents|all")
    assert "Ce navigateur ne sait pas" in page.locator("#f-said").inner_text()
    assert "Résidents permanents" in page.locator("#t-figures tbody tr").first.inner_text()
    assert said == []
    context.close()


def test_the_table_of_a_chart_is_saved(
    offline: BrowserContext, readers: dict[str, Path], tmp_path: Path
) -> None:
    page, _, _ = opened(offline, readers["committee"] / "dashboard.html")
    details = page.locator("#chiffre-affaires figure details").first
    details.locator("summary").click()
    with page.expect_download() as waiting:
        details.get_by_role("button", name="Télécharger").click()
    saved = tmp_path / "table.csv"
    waiting.value.save_as(saved)
    lines = saved.read_text("utf-8-sig").splitlines()
    assert lines[0] == "Composante;Montant" and len(lines) == details.locator("tr").count()


def test_an_unknown_view_falls_back_in_silence(offline: BrowserContext, readers: dict[str, Path]) -> None:
    page, said, _ = opened(
        offline, readers["committee"] / "dashboard.html", "#quarter=<svg onload=1>&perimeter=%22&figure=x"
    )
    assert page.get_by_label("Période").input_value() == "2026-Q3"
    assert said == []


def test_a_number_opens_its_proof_by_keyboard(offline: BrowserContext, readers: dict[str, Path]) -> None:
    page, said, _ = opened(offline, readers["committee"] / "dashboard.html")
    page.locator(f".measure [data-figure-id={CREATIONS}]").focus()
    page.keyboard.press("Enter")
    proof = page.locator("dialog[open]")
    text = proof.inner_text()
    assert (
        "Définition" in text
        and "Formule" in text
        and f"periscope explain {CREATIONS}" in text
        and "90\u202f%" in text
    )
    assert f"figure={CREATIONS}" in page.url
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0 and "figure=" not in page.url
    assert page.evaluate("document.activeElement.dataset.figureId") == CREATIONS
    assert said == []


def test_a_number_of_a_report_opens_its_proof_without_script(
    browser: Browser, readers: dict[str, Path]
) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((readers["funder"] / "rapport.html").as_uri())
    numbers = page.locator("main [data-figure-id]")
    targets = {one.get_attribute("popovertarget") or "" for one in numbers.all()}
    assert len(targets) > 20 and page.locator("main span[data-figure-id]").count() == 0
    assert targets == {one.get_attribute("id") for one in page.locator("[popover]").all()}
    sheet = page.locator(f"#preuve-{CREATIONS}")
    assert not sheet.is_visible()
    page.locator(f"main [data-figure-id={CREATIONS}]").first.focus()
    page.keyboard.press("Enter")
    text = sheet.inner_text()
    assert "Définition" in text and f"periscope explain {CREATIONS}" in text and "90\u202f%" in text
    page.keyboard.press("Escape")
    assert not sheet.is_visible()
    context.close()


def test_the_download_holds_what_is_shown(
    offline: BrowserContext, readers: dict[str, Path], tmp_path: Path
) -> None:
    page, _, _ = opened(offline, readers["committee"] / "dashboard.html", "#perimeter=permanent_residents")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Télécharger").click()
    saved = tmp_path / "figures.csv"
    waiting.value.save_as(saved)
    lines = saved.read_text("utf-8-sig").splitlines()
    assert len(lines) - 1 == page.locator("#t-figures tbody tr").count() > 0
    assert lines[0].startswith("figure_id;indicator_id;period")


def test_without_script_the_first_screen_stands(browser: Browser, readers: dict[str, Path]) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((readers["committee"] / "dashboard.html").as_uri())
    assert page.locator(f".measure [data-figure-id={CREATIONS}]").inner_text() == "7"
    assert page.locator(".filters").is_hidden()
    context.close()


def test_the_first_screen_holds_the_three_criteria(offline: BrowserContext, readers: dict[str, Path]) -> None:
    page, _, _ = opened(offline, readers["committee"] / "dashboard.html")
    bottom = page.evaluate("document.querySelector('.cards').getBoundingClientRect().bottom")
    assert page.locator(".card").count() == 3 and bottom <= 900


QUESTIONS = {
    "Combien de nouveaux projets accompagnés ?": r"Nouveaux projets de création accompagnés\s: 13 au 3e trimestre 2026",
    "L'objectif de l'année est-il atteint ?": r"56 \(2026\), cumul 39, atteint à 70\s%",
    "Combien de créations, et le sens ?": r"Créations effectives\s: 7 au 3e trimestre 2026, en hausse sur un an \(\+1\)",
    "Qui a répondu ?": r"18 sur 20 membres ont répondu",
    "Quelle part de l'évolution vient des entrants ?": r"entrants \+92\s000\s€",
    "Combien d'emplois chez les membres ?": r"Emplois des membres \(ETP\)\s: 183,1\sETP",
    "Le chiffre est-il définitif ?": r"Statut\s*:?\s*Provisoire",
    "Un effet du pôle est-il établi ?": r"Effet estimé sur le chiffre d'affaires : Moins de huit membres",
    "Qu'est-ce qui a été révisé, et pourquoi ?": r"Création déclarée après la clôture",
    "Quand remettre le compte rendu à Sicoval ?": r"30/06/2027\s+30/06/2026\s+G1\s+Sicoval – Animation du pôle",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_page_answers_the_committee_from_its_text(
    offline: BrowserContext, readers: dict[str, Path], question: str
) -> None:
    page, _, _ = opened(offline, readers["committee"] / "dashboard.html")
    assert re.search(QUESTIONS[question], page.locator("main").inner_text()), question


def test_the_page_prints(offline: BrowserContext, readers: dict[str, Path]) -> None:
    page, said, _ = opened(offline, readers["committee"] / "dashboard.html")
    page.emulate_media(media="print")
    assert page.locator(".filters").is_hidden() and page.locator("nav.toc").is_hidden()
    columns = page.evaluate("getComputedStyle(document.querySelector('.cards')).gridTemplateColumns")
    assert len(columns.split()) == 3 and page.locator("summary").first.is_hidden()
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    printed = page.pdf(path=ARTEFACTS / "committee-print.pdf", prefer_css_page_size=True)
    pages = PdfReader(BytesIO(printed)).pages
    assert (
        "Données du graphique" not in pages[0].extract_text()
        and "Création d'activités" in pages[0].extract_text()
    )
    width = float(pages[0].mediabox.width)
    assert abs(width - 595) < 2 and said == []
