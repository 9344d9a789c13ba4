"""Files of declarations that are damaged, hostile or foreign: they cost what is wrong in them, and nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.declared import STRUCTURE, text, workbook
from tests.integration.test_declarations import CSV_POSTS, POST, POSTS, only, read


def test_broken_lines_cost_themselves_only(tmp_path: Path) -> None:
    good = "732829320;2026-Q3;{};732829320;2025-01-01;1\n"
    path = text(
        tmp_path / "a.csv",
        CSV_POSTS
        + good.format("P1")
        + '732829320;2026-Q3;"P2;732829320;2025-01-01;1\n'
        + good.format("P3")
        + good.format("P4;x;y")
        + good.format("P5"),
    )
    reading = read(path)
    assert sum(s.rows_read for s in reading.slices) == 5
    assert sorted((r.row, r.code) for r in reading.refusals) == [(3, "broken_line"), (5, "long_line")]
    assert [row["row_number"] for s in reading.slices for row in s.rows] == [2, 4, 6]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "iso8859-15", "cp850", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("quoted", [True, False])
def test_every_encoding_and_separator_says_the_same(
    tmp_path: Path, encoding: str, separator: str, quoted: bool
) -> None:
    lines = [
        ["Déclaration du trimestre"],
        ["SIREN", "Trimestre", "Référence de l'achat", "Objet de l'achat", "Acheté le", "Montant payé (€)"],
        ["732829320", "2026-Q3", "A1", "Thé, café; goûter à l'été", "01/08/2026", "1234.50"],
    ]
    if not quoted:
        lines[2][3] = "Thé et café à l'été où l'on fête"
    if encoding == "cp850":
        lines[1][5] = "Montant payé (?)"  # what programs write for a sign that the encoding lacks
    content = "\r\n".join(separator.join(f'"{cell}"' if quoted else cell for cell in line) for line in lines)
    piece = only(read(text(tmp_path / "a.csv", content, encoding)))
    assert piece.rows == [
        piece.rows[0]
        | {
            "row_number": 3,
            "purchase_ref": "A1",
            "title": lines[2][3],
            "bought_on": date(2026, 8, 1),
            "amount_eur": Decimal("1234.50"),
        }
    ]


def test_errors_of_a_spreadsheet_are_refused_with_their_cell(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(
        workbook(tmp_path / "a.xlsx", {"structure": STRUCTURE, "emplois": [POSTS, POST, [*POST[:3], None]]})
    )
    book["emplois"]["D3"] = "=1/0"
    book["emplois"]["A2"] = "#REF!"
    book.save(tmp_path / "a.xlsx")
    reading = read(tmp_path / "a.xlsx")
    assert only(reading).rows_refused == 2
    assert sorted(f.message for f in reading.findings) == [
        "La cellule A2 contient une erreur de calcul.",
        "La cellule D3 contient une formule enregistrée sans sa valeur.",
    ]


@pytest.mark.parametrize("name", ["'); drop table x.csv", "*.csv", "[1].csv", "CON", "é" * 100, "a‮b.csv"])
def test_hostile_names(tmp_path: Path, name: str) -> None:
    path = text(tmp_path / name, CSV_POSTS + "732829320;2026-Q3;P1;732829320;2025-01-01;1\n")
    assert only(read(path)).rows_accepted == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 50,
        b"PK\x03\x04garbage",
        b"\xd0\xcf\x11\xe0garbage",
        b"<html></html>",
        b"bonjour",
        b"\x1f\x8bzz",
        b"a;b\n1;2\n",
    ],
)
def test_foreign_files_are_refused_in_french(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    reading = read(path)
    assert reading.is_refused
    assert [(r.row, r.code) for r in reading.refusals] == [(0, "refused_file")]
    assert reading.refusals[0].remedy


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet='ab;,"\n\r\t|0é=', max_size=60))
def test_no_text_loses_a_row(tmp_path: Path, noise: str) -> None:
    path = text(tmp_path / "a.csv", CSV_POSTS + noise + "\n732829320;2026-Q3;P1;732829320;2025-01-01;1\n")
    reading = read(path)
    assert reading.slices or reading.refusals
