"""Formatting, charts, context, dashboard, PDF and workbook, from an invented reader's folder full of hostile names."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from pypdf import PdfReader

from periscope.errors import GateError, PeriscopeError
from periscope.reader_context import ReportContext
from reports import charts, dashboard, french, html, pdf, render, sections, workbook
from reports.charts import Interval, Point
from reports.document import Chart, Prose, Section, printed
from reports.figures import Figures, sentence
from reports.report import Report
from tests.fixtures import reader_folder
from tests.fixtures.reader_folder import HOSTILE

D = Decimal
NOTEBOOK = json.loads(
    (Path(__file__).resolve().parents[2] / "notebooks" / "rapport_financeur.ipynb").read_text("utf-8")
)


def as_the_notebook(report: Report) -> Report:
    for how, name in re.findall(r"report\.(show|show_all)\(sections\.(\w+)\)", json.dumps(NOTEBOOK["cells"])):
        getattr(report, how)(getattr(sections, name))
    return report


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("readers")
    return {kind: reader_folder.write(root / kind, kind) for kind in ("internal", "committee", "funder")}


@pytest.fixture(scope="module")
def shown(folders: dict[str, Path]) -> Report:
    """A funder's report with the sections that the notebook shows."""
    return as_the_notebook(Report.open(folders["funder"]))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("1725000", "eur", "1\u202f725\u202f000\u202f€"),
        ("-12.5", "eur", "−13\u202f€"),
        ("0.4", "eur", "0\u202f€"),
        ("-0.4", "eur", "0\u202f€"),
        ("0.1234", "share", "12,3\u202f%"),
        ("3.45", "fte", "3,5\u202fETP"),
        ("7", "count", "7"),
        (None, "eur", "n.d."),
    ],
)
def test_quantities_in_french(value: str | None, unit: str, text: str) -> None:
    assert french.quantity(D(value) if value is not None else None, unit) == text


def test_changes_carry_their_sign_and_shares_move_in_points() -> None:
    assert french.signed(D(3), "count") == "+3"
    assert french.signed(D("0.01"), "fte") == "0,0\u202fETP"
    assert french.difference(D("0.31"), D("0.28"), "share") == "+3,0\u202fpoints"
    assert french.difference(D("0.27"), D("0.28"), "share") == "−1,0\u202fpoint"
    assert french.difference(D("0.28"), D("0.28"), "share") == "0,0\u202fpoint"
    assert french.plural(0, "membre") == "0 membre" and french.plural(2, "membre") == "2 membres"
    assert french.period("2026-Q1") == "1er trimestre 2026" and french.listing(["a", "b", "c"]) == "a, b et c"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=3))
def test_a_printed_number_reads_back(value: Decimal) -> None:
    text = french.number(value, 2).replace("\u202f", "").replace(",", ".").replace("−", "-")
    assert D(text) == french.rounded(value, 2)


def test_sentences_say_the_figure_its_change_and_its_coverage(folders: dict[str, Path]) -> None:
    figures = Figures.load(folders["committee"])
    told = sentence(
        figures,
        figures.by_id[reader_folder.figure_id("effective_creations", "2026-Q3", "members", "all", "all")],
    )
    assert re.fullmatch(
        r"Créations effectives\u00a0: 7 au 3e trimestre 2026, en hausse sur un an \(\+1\)\. 18 sur 20 membres ont répondu\.",
        told,
    )
    hidden = next(f for f in figures if f.status == "suppressed" and f.period == "2026-Q3")
    assert ": s au" in sentence(figures, hidden) and "Secret statistique" in sentence(figures, hidden)


def test_context_reads_back_what_it_wrote() -> None:
    for kind in ("internal", "committee", "funder"):
        built = reader_folder.context(kind)
        assert ReportContext.from_json(built.to_json()) == built


@pytest.mark.parametrize(
    ("change", "word"),
    [({"surprise": 1}, "surprise"), ({"as_of": "demain"}, "as_of"), ({"reader_kind": "chat"}, "reader_kind"),
     ({"grants": [{"grant_id": "G"}]}, "grants")],
)  # fmt: skip
def test_a_context_of_another_shape_is_refused_by_its_key(change: dict[str, object], word: str) -> None:
    data = json.loads(reader_folder.context().to_json()) | change
    with pytest.raises(PeriscopeError, match=word):
        ReportContext.from_json(json.dumps(data))


MAYBE = st.none() | st.floats(min_value=-1e9, max_value=1e9)
LABEL = st.text(max_size=40)


@given(st.lists(st.builds(Point, LABEL, MAYBE, LABEL, MAYBE), max_size=14))
def test_any_chart_is_well_formed_and_finite(points: list[Point]) -> None:
    start = Point("avant", 1.0, "1")
    drawn = [
        charts.trend("T", "d", points),
        charts.bars("B", "d", [replace(p, target=abs(p.target) if p.target is not None else None) for p in points]),
        charts.funnel("F", "d", [replace(p, value=abs(p.value) if p.value is not None else None) for p in points]),
        charts.small_multiples("S", "d", {f"{n}{p.label}": points for n, p in enumerate(points)}),
        charts.waterfall("W", "d", start, points, start),
        charts.intervals("I", "d", [Interval(p.label, p.value, p.value, p.target, p.text) for p in points]),
        charts.heat_map("H", "d", [p.label for p in points],
                        {"r": [replace(p, value=None if p.value is None else abs(p.value) % 1) for p in points]}),
        charts.network("N", "d", {str(n): p.label for n, p in enumerate(points)}, [("0", str(n), 1) for n in range(1, len(points))]),
    ]  # fmt: skip
    for svg in drawn:
        root = ElementTree.fromstring(svg)
        assert [child.tag.split("}")[1] for child in root][:2] == ["title", "desc"]
        assert {element.tag.split("}")[1] for element in root} <= {
            "title",
            "desc",
            "line",
            "rect",
            "circle",
            "polygon",
            "polyline",
            "text",
        }
        assert not re.search(r'="[^"]*\b(nan|inf)\b', svg)


def test_a_gap_breaks_the_line() -> None:
    points = [Point("a", 1.0, "1"), Point("b", None, "n.d."), Point("c", 2.0, "2"), Point("d", 3.0, "3")]
    lines = re.findall(r'<polyline points="([^"]*)"', charts.trend("T", "d", points))
    assert [len(line.split()) for line in lines] == [1, 2]


def test_ticks_cover_the_values() -> None:
    for low, high in ((0, 1), (-3, 47), (0, 0), (1e6, 3.2e6), (-0.02, 0.01)):
        grades = charts.ticks(low, high)
        assert grades[0] <= low and grades[-1] >= high and 2 <= len(grades) <= 9


def test_the_dashboard_holds_only_its_readers_data(folders: dict[str, Path]) -> None:
    page = dashboard.render(Report.open(folders["committee"]))
    internal = dashboard.render(Report.open(folders["internal"]))
    assert "Semailles" not in page and "Semailles" in internal
    assert "masqués aux autres lecteurs" not in page and "masqués aux autres lecteurs" in internal
    assert "Données fictives" in page and page.count("<h1") == 1 and '<html lang="fr" ' in page
    assert len(page.encode()) < 2_500_000


def test_the_page_says_fictitious_only_when_it_is(tmp_path: Path) -> None:
    folder = reader_folder.write(tmp_path / "c", "committee", is_fictitious=False, pole_name="Pôle")
    assert "Données fictives" not in dashboard.render(Report.open(folder))


def test_hostile_names_are_text_in_the_page(folders: dict[str, Path]) -> None:
    page = dashboard.render(Report.open(folders["internal"]))
    assert "<svg onload" not in page
    packed_views = '<script type="text/plain" class="views"'
    assert page.count("</script>") == 2 + page.count(packed_views)
    assert "&lt;svg onload" in page and "{{ env_var" in page
    embedded = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert embedded is not None
    data = json.loads(embedded[1])
    assert HOSTILE in data["items"].values()


def test_embedded_figures_are_the_published_ones(folders: dict[str, Path]) -> None:
    page = dashboard.render(Report.open(folders["committee"]))
    embedded = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert embedded is not None
    data = json.loads(embedded[1])
    place = data["columns"].index("value")
    shown = {row[0]: row[place] for row in data["figures"]}
    published: dict[str, str] = {}
    for name in ("history.csv", "figures.csv"):
        with (folders["committee"] / name).open(encoding="utf-8", newline="") as file:
            published |= {row["figure_id"]: row["value"] for row in csv.DictReader(file)}
    assert shown == published


def test_no_address_in_any_page(folders: dict[str, Path], shown: Report) -> None:
    rapport = Markup("").join(Markup(html.section(section)) for section in shown.shown)
    pages = [dashboard.render(Report.open(folders["internal"])), render.page(shown, rapport)]
    for page in pages:
        addresses = set(re.findall(r"https?://[^\s\"'<]+", page)) - {"http://www.w3.org/2000/svg"}
        assert addresses == set()
        assert not re.search(r"\b(?:src|href)=\"(?!#)", page)


def test_the_pdf_is_tagged_titled_french_and_repeats(shown: Report) -> None:
    title = render.title(shown)
    written = pdf.render(shown, title)
    assert written == pdf.render(shown, title)
    reader = PdfReader(BytesIO(written))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"].startswith("fr") and root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert reader.metadata is not None and reader.metadata.title == title
    text = "".join(page.extract_text() for page in reader.pages)
    assert "Données fictives" in text and "Cerfa 15059" in text
    assert '</script><svg onload="document.title=1">{{ env_var("X") }}' in text.replace("\u200b", "").replace(
        "\n", " "
    )
    charts_shown = sum(isinstance(block, Chart) for section in shown.shown for block in section.blocks)
    assert len(_described(root["/StructTreeRoot"])) == charts_shown


def _described(node: Any) -> list[str]:
    """Every text alternative in the tree of tags."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [alt for child in node for alt in _described(child)]
    if not isinstance(node, dict):
        return []
    own = [str(node["/Alt"])] if "/Alt" in node else []
    return own + (_described(node["/K"]) if "/K" in node else [])


def test_only_our_own_formulas_are_in_the_workbook(shown: Report) -> None:
    grants = (
        replace(
            shown.context.grants[0], funder_label='=HYPERLINK("x")', purpose="@SUM(1)", action="Animation"
        ),
    )
    context = replace(shown.context, grants=grants, pole_name="=1+1")
    report = as_the_notebook(Report(shown.folder, context, shown.figures))
    report.show(sections.funding)
    written = workbook.render(report, "=cmd|' /C calc'!A0")
    assert written == workbook.render(report, "=cmd|' /C calc'!A0")
    book = openpyxl.load_workbook(BytesIO(written))
    formulas = {
        (sheet.title, str(cell.value))
        for sheet in book
        for line in sheet.iter_rows()
        for cell in line
        if cell.data_type == "f"
    }
    assert {title for title, _ in formulas} == {"Cerfa 1505902"}
    assert all(
        re.fullmatch(r'=IF\((?:OR\()?COUNT\([A-Z0-9,]+\)=0[A-Z0-9=,()+/"-]*\)', text) for _, text in formulas
    )
    with zipfile.ZipFile(BytesIO(written)) as archive:
        assert not [
            name for name in archive.namelist() if "vba" in name.lower() or "external" in name.lower()
        ]
        assert all("hyperlink" not in archive.read(name).decode("utf-8", "replace").split("<row", 1)[0].lower()
                   for name in archive.namelist() if "worksheets/sheet" in name)  # fmt: skip
    assert all(sheet.sheet_state == "visible" for sheet in book)


def test_cerfa_formulas_hold_their_computed_values(shown: Report) -> None:
    written = workbook.render(shown, "Rapport")
    values = openpyxl.load_workbook(BytesIO(written), data_only=True)["Cerfa 1505902"]
    formulas = openpyxl.load_workbook(BytesIO(written))["Cerfa 1505902"]
    lines = {str(row[0].value): row for row in values.iter_rows(min_row=5)}
    assert [cell.value for cell in lines["60 Achat"][1:3]] == [1200, 1380]
    assert [cell.value for cell in lines["60 Achat"][3:6]] == [pytest.approx(1.15), 180, pytest.approx(0.15)]
    total = lines["Total des charges"]
    assert [cell.value for cell in total[1:3]] == [48000, 47353]
    assert str(formulas[total[2].coordinate].value).startswith("=IF(COUNT(")


def test_each_number_of_the_workbook_leads_to_what_is_known_of_it(shown: Report) -> None:
    book = openpyxl.load_workbook(BytesIO(workbook.render(shown, "Rapport")))
    known, linked = shown.figures.by_id, set()
    for cell in (cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.hyperlink):
        figure = known[str(cell.hyperlink.tooltip)]
        sheet, place = str(cell.hyperlink.location).replace("'", "").split("!")
        assert cell.hyperlink.target is None and sheet == "Preuves", "nothing leaves the workbook"
        assert book[sheet][place].value == figure.figure_id, cell.coordinate
        if cell.data_type == "n" and figure.value is not None:
            assert cell.value == pytest.approx(float(figure.value)), cell.coordinate
        linked.add(figure.figure_id)
    told = {str(line[0]): line for line in book["Preuves"].iter_rows(min_row=6, values_only=True)}
    assert told.keys() == {one for one in printed(shown.shown) if one in known} and linked <= told.keys()
    assert len(linked) > 5 and all(line[2] == known[one].text for one, line in told.items())


def test_each_number_on_paper_leads_to_its_identifier(shown: Report) -> None:
    pages = list(PdfReader(BytesIO(pdf.render(shown, "Rapport"))).pages)
    texts = [page.extract_text() for page in pages]
    first = next(
        n for n, text in enumerate(texts) if text.count("Annexe : identifiants") and "explain" in text
    )
    ids = [one for one in printed(shown.shown) if one in shown.figures.by_id]
    assert ids and all(one in "".join(texts[first:]) for one in ids)
    annex = {page.indirect_reference for page in pages[first:]}
    links = [note.get_object() for page in pages for note in page.get("/Annots", [])]
    tables = [b for section in shown.shown for b in section.blocks if not isinstance(b, Prose)]
    numbers = printed([Section("", "", tables)])
    assert sum(link["/Dest"].get_object()[0] in annex for link in links) >= len(numbers) > 5


def test_a_funder_with_nothing_yet_still_gets_a_report(tmp_path: Path) -> None:
    folder = reader_folder.write(tmp_path / "empty", grants=(), budget_lines=(), texts=(), targets=(), restatements=(),
                                 missing_senders=(), expenses=())  # fmt: skip
    header = (folder / "figures.csv").read_text("utf-8").splitlines()[0]
    for name in ("figures.csv", "history.csv"):
        (folder / name).write_text(header + "\n", encoding="utf-8")
    report = as_the_notebook(Report.open(folder))
    for name in ("funding", "deadlines", "withheld", "secrecy"):
        report.show(getattr(sections, name))
    assert len(PdfReader(BytesIO(pdf.render(report, "Rapport"))).pages) >= 2
    assert "n.d." in dashboard.render(report)


def test_ineligible_expenses_stop_everything(tmp_path: Path) -> None:
    grants = tuple(replace(g, awarded_eur=D(90000)) for g in reader_folder.context("internal").grants)
    folder = reader_folder.write(tmp_path / "internal", "internal", grants=grants)
    with pytest.raises(GateError, match="Animation"):
        render.render_all([folder])
    assert not (folder / "dashboard.html").exists()
