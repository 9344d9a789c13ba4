"""A member's feedback sheet: its own values and published ones, nothing of another member, hostile names as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest

from ingest.safe_text import safe_name
from periscope.member_sheet import Agreement, MemberSheet, OwnFigure, Sent
from reports import member_sheet
from reports.figures import Figures
from tests.fixtures import reader_folder
from tests.fixtures.reader_folder import HOSTILE

QUARTERS = ("2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")
OWN = ("40123", "41234", None, "43456", "50153.75")


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reader_folder.write(tmp_path_factory.mktemp("published") / "public", "public")


def sheet(**changes: object) -> MemberSheet:
    figures = tuple(
        OwnFigure("turnover_total", quarter, Decimal(value) if value else None, "eur")
        for quarter, value in zip(QUARTERS, OWN, strict=True)
    )
    base = MemberSheet(
        "M1", HOSTILE, "Pôle fictif", True, "2026-Q3", date(2026, 11, 23), figures,
        (Sent("=cmd.xlsx", "posts", 12, 10, 2, "accepted"),), ("activity",),
        (Agreement("region", "turnover_total", date(2027, 1, 1)),),
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def test_own_values_beside_published_ones(public: Path) -> None:
    page = member_sheet.render(sheet(), Figures.load(public))
    total = Figures.load(public).get("turnover_total", "2026-Q3")
    assert total is not None
    for told in ("50\u202f154\u202f€", "+25,0\u202f%", total.text, "n.d.", "« region »", "Il manque : "):
        assert told in page, told
    assert "Les lignes refusées sont expliquées" in page and "Données fictives" in page


def test_only_what_the_public_may_read(public: Path) -> None:
    """Values of members in the published folder, were there any, stay out: only `all` of `members` is read."""
    page = member_sheet.render(sheet(), Figures.load(public))
    for figure in Figures.load(public):
        if figure.unit == "eur" and figure.dimension != "all" and figure.value and abs(figure.value) > 10000:
            assert figure.text not in page, figure.key


def test_a_masked_total_is_said_unpublished(public: Path) -> None:
    figures = Figures.load(public)
    shown = figures.get("turnover_total", "2026-Q3")
    assert shown is not None
    masked = Figures([*figures, replace(shown, value=None, status="suppressed")])
    assert "non publié" in member_sheet.render(sheet(), masked)


def test_a_member_who_sent_nothing(public: Path) -> None:
    page = unescape(member_sheet.render(sheet(figures=(), sent=(), missing=()), Figures.load(public)))
    assert "Rien n'a été reçu de vous" in page and "Aucun chiffre ne peut encore" in page


def test_names_are_text_and_files_stay_in_the_folder(public: Path, tmp_path: Path) -> None:
    folder = tmp_path / "returns"
    member_sheet.write_all(folder, [sheet(member_id="../../x"), sheet()], public, safe_name)
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*-fiche.html"))
    assert len(written) == 2 and all(path.startswith("returns/") and ".." not in path for path in written)
    page = (folder / "M1-fiche.html").read_text(encoding="utf-8")
    assert "<svg onload" not in page and "&lt;svg onload" in page and "{{ env_var" in page
