"""The evaluator's page on the quarter's files: who, what, how late, refusals by reason, the trend."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ingest import returns
from periscope.workspace import Run
from tests import fecs
from tests.inbox import ask, put, small_pole

POSTS = "siren;quarter;sent_on;post_ref;employer_siren;started_on;working_time\n"


class _Tables(HTMLParser):
    """Every table of a page: caption -> rows of texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._text = self._caption = ""
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._text = ""
        if tag == "tr":
            self.tables[self._caption].append([])

    def handle_endtag(self, tag: str) -> None:
        if tag == "caption":
            self._caption = self._text
            self.tables[self._caption] = []
        elif tag in ("td", "th"):
            self.tables[self._caption][-1].append(self._text)


@pytest.fixture
def page(tmp_path: Path) -> tuple[Run, str]:
    run = small_pole(tmp_path / "pole", first_settings="is_fictitious = true\n")
    put(run, "declarations/a.csv", POSTS
        + "732829320;2026-Q3;2026-10-12;P1;732829320;2025-01-01;1\n"
        + "732829320;2026-Q2;2026-06-29;P1;732829320;2025-01-01;1\n"
        + "880878145;2026-Q3;;P2;880878145;2025-01-01;zig\n"
        + "880878145;2026-Q3;;P3;880878145;2025-01-01;zag\n")  # fmt: skip
    put(run, "declarations/<b>.csv", "")
    put(run, "revenue/732829320FEC20261231.txt", fecs.flat(fecs.accounts()))
    log = "Salle;Début;Fin\nSalle Éole;01/07/2026 09:00;01/07/2026 11:00\n"
    put(run, "bookings/log.csv", log)
    ask(run, "select 1")
    returns.write_all(run)
    return run, (run.workspace.returns / "2026-Q3" / "qualite.html").read_text(encoding="utf-8")


def test_who_what_and_how_late(page: tuple[Run, str]) -> None:
    _, text = page
    tables = _Tables(text).tables
    # as of 2026-11-23: 54 days after the quarter; a sheet refused line by line is an answer, with its refusals
    assert tables["Qui a répondu, à quoi, et quand"][1:] == [
        ["atelier", "Atelier Bois", *["manque depuis 54 j"] * 2, "reçu, 54 j après", "manque depuis 54 j"],
        [
            "jardins",
            "Les Jardins du Canal",
            *["manque depuis 54 j"] * 2,
            "reçu, 12 j après",
            "reçu, 54 j après",
        ],
    ]
    assert tables["Salles : réservations reçues"][1:] == [["S1", "Salle Éole", "csv", "1", "0"]]


def test_refusals_by_reason_and_trend(page: tuple[Run, str]) -> None:
    _, text = page
    tables = _Tables(text).tables
    assert tables["Refus par motif"][1:] == [
        ["Cette case ne contient pas un nombre.", "2", "1", "atelier"],
        ["Le fichier est vide.", "1", "1", "non reconnu"],
    ]
    trend = {row[0]: row[1:] for row in tables["Tendance"][1:]}
    assert trend["3e trimestre 2026"] == ["2", "2", "54", "4", "2", "50,0 %"]
    assert trend["2e trimestre 2026"] == ["2", "1", "-1", "1", "0", "0,0 %"]
    assert trend["1er trimestre 2026"] == ["2", "1", "237", "0", "0", "–"]
    assert len(trend) == 8


def test_it_is_offline_says_it_is_fictitious_and_runs_nothing(page: tuple[Run, str]) -> None:
    run, text = page
    assert "Données fictives" in text
    assert not re.search(r"https?://|<script|src=|@import|<b>", text)
    other = (run.workspace.returns / "2026-Q3" / "atelier.html").read_text(encoding="utf-8")
    assert "Données fictives" in other and "Jardins" not in other
