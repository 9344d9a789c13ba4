"""What a workbook hides (SAFETY I11): errors, formulas without value, hidden rows, forged totals, in every format."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from ingest.demo import xls
from ingest.readers import xls_marks
from ingest.sources import read_file
from periscope.receipts import Reading
from tests.declared import context, text, workbook
from tests.unit.test_contained import ods

TITLES = ["siren", "quarter", "post_ref", "employer_siren", "started_on", "working_time", "paid_hours"]
HOURS = len(TITLES)


def post(ref: str, hours: object) -> list[object]:
    return ["732829320", "2026-Q3", ref, "732829320", "2025-01-01", "1", hours]


#: line 3 holds an error, line 4 a formula without value where the format can say it, line 5 is hidden
ROWS: list[list[object]] = [[*TITLES], post("A", 10), post("B", None), post("C", None), post("D", 20)]


def xlsx_file(path: Path) -> None:
    book = openpyxl.load_workbook(workbook(path, {"emplois": ROWS}))
    sheet = book["emplois"]
    sheet.cell(3, HOURS, "#REF!")
    sheet.cell(4, HOURS, "=1+1")
    sheet.row_dimensions[5].hidden = True
    book.save(path)


def ods_cell(value: object) -> str:
    if isinstance(value, int):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    return f'<table:table-cell office:value-type="string"><text:p>{value or ""}</text:p></table:table-cell>'


def ods_file(path: Path) -> None:
    lines = ["".join(map(ods_cell, row)) for row in ROWS]
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    empty = ods_cell(None)
    lines[2] = lines[2].removesuffix(empty) + (
        f'<table:table-cell {calc} table:formula="of:=1/0" calcext:value-type="error" office:value-type="string" '
        'office:string-value=""><text:p>#DIV/0!</text:p></table:table-cell>'
    )
    lines[3] = lines[3].removesuffix(empty) + '<table:table-cell table:formula="of:=1+1"/>'
    looks = ["", "", "", "", ' table:visibility="collapse"']
    pairs = zip(looks, lines, strict=True)
    path.write_bytes(ods("".join(f"<table:table-row{look}>{line}</table:table-row>" for look, line in pairs)))


def xls_file(path: Path) -> None:
    cells = b"".join(xls._rows(ROWS))
    place = struct.pack("<HHH", 2, HOURS - 1, 0)
    cells += xls.record(0x0205, place + bytes([0x07, 1]))
    cells += xls.record(0x0208, struct.pack("<HHHHHHI", 4, 0, 7, 255, 0, 0, 0x20))
    path.write_bytes(xls.ole(xls.workbook({"emplois": cells})))


def read(path: Path) -> Reading:
    reading = read_file(path, f"declarations/{path.name}", context())
    for piece in reading.slices:
        assert piece.rows_read == len(piece.rows) + piece.rows_refused
    return reading


def said(reading: Reading) -> list[tuple[str, int | None, str]]:
    return [(finding.sheet, finding.row, finding.message) for finding in reading.findings]


@pytest.mark.parametrize(
    ("ending", "write", "tells_hollow"),
    [("xlsx", xlsx_file, True), ("ods", ods_file, True), ("xls", xls_file, False)],
)
def test_i11_errors_hollow_formulas_and_hidden_rows_are_told_with_their_cell(
    tmp_path: Path, ending: str, write: Callable[[Path], None], tells_hollow: bool
) -> None:
    path = tmp_path / f"emplois.{ending}"
    write(path)
    reading = read(path)
    expected = [("emplois", 3, "La cellule G3 contient une erreur de calcul.")]
    if tells_hollow:
        expected.append(("emplois", 4, "La cellule G4 contient une formule enregistrée sans sa valeur."))
    expected.append(("emplois", 5, "1 ligne(s) masquée(s), lue(s) comme les autres : 5."))
    assert said(reading) == expected
    refused = [3, 4] if tells_hollow else [3]
    assert [(r.row, r.column, r.sender) for r in reading.refusals] == [
        (row, "paid_hours", "jardins") for row in refused
    ]
    (piece,) = reading.slices
    assert "D" in [row["post_ref"] for row in piece.rows]


def test_an_xls_that_lies_about_its_sectors_is_never_searched_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    xls.write_xls(path, {"emplois": ROWS})
    raw = path.read_bytes()
    for place in range(0, 1536, 4):
        broken = raw[:place] + b"\x01\x00\x00\x00" + raw[place + 4 :]
        try:
            xls_marks.of_xls(broken)
        except (struct.error, IndexError, KeyError, ValueError):
            continue


CSV = ";".join(TITLES) + "\n"


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-07-03 {clock}")


def line(ref: str, hours: str) -> str:
    return f"732829320;2026-Q3;{ref};732829320;2025-01-01;1;{hours}\n"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (line("A", "10") + line("B", "20,5") + "Total;;;;;;30,5\n", []),
        (line("A", "10") + line("B", "20,5") + "Total;;;;;;99\n", [(4, "99,00", "30,50")]),
        (line("A", "10") + "Sous-total;;;;;;10\n" + line("B", "5") + "Sous-total;;;;;;5\nTotal;;;;;;15\n", []),
        (line("A", "10") + "Sous-total;;;;;;10\n" + line("B", "5") + "Sous-total;;;;;;6\n", [(5, "6,00", "15,00")]),
        (line("A", "10") + line("B", "dix") + "Total;;;;;;99\n", []),
        (line("A", "10") + "Total;;;;;;\n", []),
    ],
)  # fmt: skip
def test_i11_a_forged_total_is_told_and_never_used(
    tmp_path: Path, rows: str, told: list[tuple[int, str, str]]
) -> None:
    reading = read(text(tmp_path / "a.csv", CSV + rows))
    found = [f for f in reading.findings if f.code == "wrong_total"]
    assert [(f.row, f.column) for f in found] == [(row, "paid_hours") for row, *_ in told]
    for finding, (_, written, right) in zip(found, told, strict=True):
        assert f"({written})" in finding.message and f"({right})" in finding.message
    assert "Total" not in [row["post_ref"] for piece in reading.slices for row in piece.rows]


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_a_booking_log_in_a_workbook_is_one(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"planning.{ending}"
    titles: list[object] = ["Salle", "Début", "Fin", "Réservé par", "Prix HT"]
    first, last = at("09:00"), at("10:00")
    if ending == "xlsx":
        workbook(
            path, {"Feuil1": [["Planning"], [], titles, ["Salle Éole", first, last, "Atelier Bois", 12.5]]}
        )
    else:
        written: list[object] = ["Salle Éole", "03/07/2026 09:00", "03/07/2026 10:00", "Atelier Bois", 12.5]
        xls.write_xls(path, {"Feuil1": [["Planning"], [], titles, written]})
    reading = read_file(path, f"bookings/{path.name}", context())
    (piece,) = reading.slices
    assert (reading.kind_of_file, piece.kind, piece.sender, piece.quarter) == (
        "csv",
        "bookings",
        "S1",
        "2026-Q3",
    )
    (row,) = piece.rows
    assert (row["row_number"], row["member_id"]) == (4, "atelier")
    assert (row["starts_at"], row["ends_at"]) == (at("07:00"), at("08:00"))


def test_a_caption_between_two_tables_is_no_row(tmp_path: Path) -> None:
    more = "\nAchats du trimestre\nsiren;quarter;purchase_ref;bought_on;amount_eur\n732829320;2026-Q3;X;2026-08-01;5\n"
    reading = read(text(tmp_path / "a.csv", CSV + line("A", "10") + more))
    assert [(p.kind, p.rows_read, p.rows_accepted) for p in reading.slices] == [
        ("posts", 1, 1), ("joint_purchases", 1, 1)
    ]  # fmt: skip
