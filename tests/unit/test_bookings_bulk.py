"""A log read in SQL says what the same log says read row by row, whatever its lines."""

from __future__ import annotations

import re
import tempfile
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.context import Context, Correction, Member, fold
from ingest.readers import bookings_csv, grid, text_lines
from ingest.unreadable import Unreadable
from periscope import receipts
from periscope.settings import Mapping, Thresholds

HEADERS = [
    "room,starts_at,ends_at,booked_by,category,status,participants,price_eur_net,booking_ref",
    "Référence,Salle,DÉBUT *,Fin,Réservé par,Statut",
    "room,starts_at,ends_at,booked_by,booked_by",
    "Brief description,Area,Room,Start time,End time,Duration,Type,Created by,Confirmation status",
    "Réservée au nom de,Domaines,Ressource,Description,Date,Heure,Durée,Type",
    "_id,resourceId,team,start.dateTime,end.dateTime,canceled,recurrence.rrule",
    "Quand,Jusqu'à,Qui,Public",
    "room,starts_at",
]
CELLS = [
    "", " ", "\u00a0", "eole", "Salle Éole", "grenier", "Zéphir", "Étage", "Total", "Sous-total 2026", "ＴＯＴＡＬ",
    "2026-07-06 09:00", "2026-07-06 10:30", "2026-12-31T23:30", "06/07/2026 11:00", "mercredi 1 juillet 2026",
    "09:00 - mercredi 1 juillet 2026", "9h99", "14:00", "2 heures", "0,5 jour", "moulin", "Coopérative du Moulins",
    "Odile Inventée", "*****", "external", "ext", "Extérieur", "annulé", "confirmed", "Tentative", "true", "12", "1.5",
    "1 234,50 €", "1.725", "R1", "#N/A", " R2 ", "#REF!", "œuf", "I", "RRULE:FREQ=WEEKLY;COUNT=3", "Salle", "room",
    '"', '"Réunion, salle"', '"deux\nlignes"', "\x1f", "\x00", "'", "\\", "$separator",
]  # fmt: skip
LIKELY = ["eole", "2026-07-06 09:00", "2026-07-06 10:30", "moulin", "", "confirmed", "12", "40.00", "R1"]


@pytest.fixture(autouse=True)
def long_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text here is read as a long one."""
    monkeypatch.setattr(bookings_csv, "SMALL_BYTES", 0)


def a_context() -> Context:
    return Context(
        members=[
            Member("M01", "732829320", "Coopérative du Moulin"),
            Member("M02", "732829338", "Odile & Cie"),
        ],
        rooms={"eole": "Salle Éole", "zephyr": "Zéphyr"},
        aliases={("member", fold("moulin")): "M01", ("room", fold("Étage Grande")): "eole"},
        managing_body_siren="",
        mappings={
            "agenda": Mapping(
                "bookings",
                columns={
                    "Quand": "starts_at",
                    "Jusqu'à": "ends_at",
                    "Qui": "booked_by",
                    "Public": "category",
                },
                values={"category": {"ext": "external"}},
                constants={"room": "Zéphyr"},
            )
        },
        corrections=[Correction("planning.csv", 3, "Fin", "2026-07-06 09:00", "2026-07-06 12:00")],
        thresholds=Thresholds(),
        key=bytes(32),
        window=(date(2026, 1, 1), date(2026, 9, 30)),
    )


@st.composite
def logs(draw: st.DrawFn) -> str:
    """Tables of bookings, captions, totals and blank lines between them, under any separator and line end."""
    lines = [draw(st.sampled_from(HEADERS))] if draw(st.booleans()) else []
    some = st.sampled_from(CELLS)
    for kind in draw(st.lists(st.sampled_from("rrrrrrlltcbh"), max_size=25)):
        match kind:
            case "h":
                lines.append(draw(st.sampled_from(HEADERS)))
            case "l":
                likely = list(LIKELY)
                likely[draw(st.integers(0, len(LIKELY) - 1))] = draw(some)
                lines.append(",".join(likely))
            case "b":
                lines.append(draw(st.sampled_from(["", ",,,", " , ", "\u2003"])))
            case "c":
                lines.append(draw(some))
            case "t":
                lines.append("Total,,," + draw(some))
            case _:
                lines.append(",".join(draw(st.lists(some, max_size=10))))
    separator = draw(st.sampled_from(",;\t|"))
    text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(lines).replace(",", separator)
    return text + draw(st.sampled_from(["", "\n", "\n\n"]))


_NEAR = ["Odile & Ci", "Coopérative du Moulins", "Odile & Cies", "Cooperative du Moulinn"]
#: near names in several orders, an interval of no length, a series, a day and an hour apart
EXAMPLE = "\n".join(
    [HEADERS[5], *(f"R{n % 3},eole,{_NEAR[n % 4 - n % 2]},2026-07-06 09:00,2026-07-06 {9 + n % 3:02}:00,false," for n in range(12)),
     "R,zephyr,moulin,2026-07-06 09:00,2026-07-06 10:00,no,RRULE:FREQ=WEEKLY;COUNT=3",
     "R,zephyr,Odile & Cie,2026-07-06 09:00,2026-07-06 10:00,no, "]
)  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(EXAMPLE, "utf-8", 50)
@given(logs(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from([0, 50]))
def test_in_sql_as_row_by_row(text: str, encoding: str, most_headers: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "landed"
        path.write_bytes(text.encode(encoding))
        one_by_one, in_sql = a_context(), a_context()
        try:
            table = grid.read_grid(path)
        except Unreadable:
            return
        expected = bookings_csv.read_grid(table, path, "bookings/planning.csv", one_by_one)
        with patch.object(bookings_csv, "_MOST_HEADERS", most_headers):
            found = bookings_csv.read(path, "bookings/planning.csv", in_sql)
    assert in_sql.proposals == one_by_one.proposals
    hashes = [receipts.hash_of_rows(piece.rows) for piece in expected.slices]
    assert [piece.content_hash() for piece in found.slices] == hashes
    for piece in found.slices:
        piece.rows_hash = ""
    assert found == expected


def test_plain_rows_are_not_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison above would hold if no row were ever read in SQL."""
    read_one_by_one = []
    monkeypatch.setattr(bookings_csv, "_read_row", lambda row, *_: read_one_by_one.append(row.number))
    path = tmp_path / "planning.csv"
    right, wrong = ",".join(LIKELY), ",".join(["grenier", *LIKELY[1:]])
    path.write_text("\n".join([HEADERS[0], right, right, wrong, right]))
    reading = bookings_csv.read(path, "planning.csv", a_context())
    # line 3 is named by the ledger of corrections
    assert read_one_by_one == [3, 4]
    assert [row["row_number"] for piece in reading.slices for row in piece.rows] == [2, 5]


def test_blanks_are_those_of_python() -> None:
    written = re.sub(r"\\x\{(\w+)\}", lambda match: chr(int(match[1], 16)), text_lines.BLANKS)
    blanks = {chr(code) for code in range(0x110000) if chr(code).isspace()}
    assert {chr(code) for code in range(0x110000) if re.match(f"[{written}]", chr(code))} == blanks


def test_a_room_misspelt_on_every_line_is_proposed_once(tmp_path: Path) -> None:
    path = tmp_path / "planning.csv"
    path.write_text("\n".join([HEADERS[0], *[",".join(["zephir", *LIKELY[1:]])] * 5]))
    context = a_context()
    assert len(bookings_csv.read(path, "other.csv", context).refusals) == 5
    assert [(one.raw_text, one.id, one.context) for one in context.proposals] == [
        ("zephir", "zephyr", "ligne 2")
    ]
