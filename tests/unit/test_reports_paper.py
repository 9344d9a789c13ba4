"""The PDF as paper: nothing beyond the margins, no heading alone at the foot of a page, every part on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]
import pytest
from pypdf import PdfReader

from reports import pdf, sections
from reports.document import Note, Prose, Section, Signature
from reports.report import Report
from tests.fixtures import reader_folder

MM = 72 / 25.4
MARGIN, FOOT = 18 * MM, (297 - 20) * MM


@dataclass(frozen=True)
class Word:
    """In points from the top left corner of the page."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    size: float

    @property
    def is_heading(self) -> bool:
        """Headings of parts and sections are set at 12.5 points and more; everything else at 10.5 at most."""
        return self.size > 11.5


def words(page: pdfium.PdfPage) -> list[Word]:
    told, height = page.get_textpage(), page.get_height()
    letters = [(i, told.get_text_range(i, 1)) for i in range(told.count_chars())]
    found = []
    for is_blank, group in groupby(letters, lambda letter: not letter[1].strip()):
        if is_blank:
            continue
        word = list(group)
        lefts, bottoms, rights, tops = zip(*(told.get_charbox(i) for i, _ in word), strict=True)
        size = pdfium_c.FPDFText_GetFontSize(told, word[0][0])
        text = "".join(letter for _, letter in word)
        found.append(Word(min(lefts), height - max(tops), max(rights), height - min(bottoms), text, size))
    return found


def pages_of(path: Path) -> list[list[Word]]:
    return [words(page) for page in pdfium.PdfDocument(path)]


@pytest.fixture(scope="module", params=["cerfa", "ptce", "confiance", "investissement", "fse"])
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[list[Word]]:
    folder = tmp_path_factory.mktemp("paper")
    first = replace(reader_folder.context().grants[0], family=request.param)
    long = "Une dépense au libellé interminable-et-sans-espace-" + "x" * 60
    past = replace(
        first, grant_id="G0", purpose=long, period_start=date(2025, 1, 1), period_end=date(2025, 12, 31)
    )
    expenses = tuple(replace(e, label=long) for e in reader_folder.context().expenses)
    allocations = reader_folder.context("internal").allocations
    report = Report.open(
        reader_folder.write(folder / "f", grants=(past, first), expenses=expenses, allocations=allocations)
    )
    report.show(sections.summary)
    report.show_all(sections.grant_parts)
    report.show_all(sections.results)
    for name in ("coverage", "restatements", "method", "glossary"):
        report.show(getattr(sections, name))
    (folder / "rapport.pdf").write_bytes(pdf.render(report, "Rapport"))
    assert_same_fonts_everywhere(folder / "rapport.pdf")
    return pages_of(folder / "rapport.pdf")


def assert_same_fonts_everywhere(path: Path) -> None:
    """Only the fonts that the house brings: those of a machine would make other pages on each one."""
    used = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in PdfReader(path).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert used and all(
        name.startswith(("SourceSansPro", "Libertinus", "DejaVuSansMono")) for name in used
    ), used


def test_nothing_leaves_the_margins(pages: list[list[Word]]) -> None:
    outside = [
        (n, word.text)
        for n, page in enumerate(pages, 1)
        for word in page
        if word.left < MARGIN - 1 or word.right > 210 * MM - MARGIN + 1
    ]
    assert outside == []


def test_no_heading_is_left_at_the_foot_of_a_page(pages: list[list[Word]]) -> None:
    assert sum(word.is_heading for page in pages for word in page) > 20
    for number, page in enumerate(pages, 1):
        body = [word for word in page if word.bottom < FOOT]
        last = max(body, key=lambda word: word.bottom)
        assert not last.is_heading, (number, last.text)


def test_each_part_starts_a_page(pages: list[list[Word]]) -> None:
    titled = [
        page
        for page in pages
        if any(w.text == "Subvention" and w.is_heading and w.top < 30 * MM for w in page)
    ]
    assert len(titled) == 2
    assert all(page for page in pages), "an empty page"


def test_nobody_signs_a_page_that_says_nothing(pages: list[list[Word]]) -> None:
    """Wherever the certification falls, what it certifies begins above it on the same page."""
    signed = [
        page
        for page in pages
        if any(w.text == "Certification" and w.is_heading and w.left < MARGIN + 5 for w in page)
    ]
    assert signed
    for page in signed:
        title = next(w for w in page if w.text == "Certification" and w.is_heading)
        assert [w for w in page if MARGIN + 5 < w.top < title.top - 5]


@pytest.mark.parametrize("lines", range(20, 34))
def test_the_certification_takes_along_the_note_above_it(tmp_path: Path, lines: int) -> None:
    """However full the page is."""
    report = Report.open(reader_folder.write(tmp_path / "f"))
    above = Prose("\n\n".join(f"Ligne {n}" for n in range(lines)))
    filling = Section("a", "Avant", [above, Note("Dernière remarque.")])
    report.shown += [
        Section("z", "Début"),
        filling,
        Section("b", "Certification", [Signature("Je certifie.")], level=3),
    ]
    (tmp_path / "r.pdf").write_bytes(pdf.render(report, "Rapport"))
    (signed,) = [page for page in pages_of(tmp_path / "r.pdf") if any(w.text == "Je" for w in page)]
    assert any(w.text == "remarque." for w in signed)
