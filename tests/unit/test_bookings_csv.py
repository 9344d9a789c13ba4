"""Booking logs in tables: our own columns and those of five programs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.context import Context, Correction, Member, fold
from ingest.readers import bookings_csv
from periscope.receipts import Reading
from periscope.settings import Mapping, Thresholds


@pytest.fixture
def context() -> Context:
    return Context(
        members=[Member("M01", "732829320", "Coopérative du Moulin")],
        rooms={"eole": "Salle Éole", "zephyr": "Zéphyr"},
        aliases={("member", fold("moulin")): "M01", ("room", fold("Étage Grande")): "eole"},
        managing_body_siren="",
        mappings={},
        corrections=[],
        thresholds=Thresholds(),
        key=bytes(32),
        window=(date(2026, 1, 1), date(2026, 9, 30)),
    )


def read(text: str, context: Context, tmp_path: Path, encoding: str = "utf-8") -> Reading:
    path = tmp_path / "landed"
    path.write_bytes(text.encode(encoding))
    reading = bookings_csv.read(path, "bookings/planning.csv", context)
    refused = sum(piece.rows_refused for piece in reading.slices)
    assert {refusal.row for refusal in reading.refusals if refusal.row} == refused_rows(reading)
    assert refused == len(refused_rows(reading))
    return reading


def refused_rows(reading: Reading) -> set[int]:
    return {refusal.row for refusal in reading.refusals if refusal.row}


def rows(reading: Reading) -> list[dict[str, Any]]:
    found = [row for piece in reading.slices for row in piece.rows]
    return sorted(found, key=lambda row: (row["row_number"], row["starts_at"]))


def when(reading: Reading) -> list[str]:
    return [f"{row['starts_at']:%Y-%m-%d %H:%M} {row['ends_at']:%H:%M}" for row in rows(reading)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_french_headers(context: Context, tmp_path: Path, encoding: str) -> None:
    text = (
        "Salle;DEBUT;Fin;Réservé par;Catégorie;Statut;Participants;Prix HT;Référence\r\n"
        "Salle Éole;01/07/2026 09:00;01/07/2026 11:00;moulin;;Confirmée;12;1 234,50 €;R1\r\n"
        "zephyr;2026-07-01T09:00:00+00:00;2026-07-01T10:00:00Z;Odile Inventée;Extérieur;annulé;;;R2\r\n"
        "zephyr;31/12/2025 23:30;01/01/2026 00:30;;;;;;R3\r\n"
    )
    reading = read(text, context, tmp_path, encoding)
    assert when(reading) == ["2026-07-01 07:00 09:00", "2026-07-01 09:00 10:00", "2025-12-31 22:30 23:30"]
    first, second, third = rows(reading)
    assert (first["member_id"], first["participants"], first["price_eur_net"]) == (
        "M01",
        12,
        Decimal("1234.50"),
    )
    assert (second["member_id"], second["category"], second["status"]) == (None, "external", "cancelled")
    assert third["status"] == "confirmed"
    assert "Odile" not in repr(reading)
    assert [(p.sender, p.quarter, p.scope, p.rows_read) for p in reading.slices] == [
        ("eole", "2026-Q3", "csv", 1),
        ("zephyr", "2025-Q4", "csv", 1),
        ("zephyr", "2026-Q3", "csv", 1),
    ]


def test_each_refused_row_has_its_line_and_reason(context: Context, tmp_path: Path) -> None:
    text = (
        "room,starts_at,ends_at,status,participants\n"
        "eole,2026-07-01 09:00,2026-07-01 09:00,,\n"
        "grenier,2026-07-01 09:00,2026-07-01 10:00,,\n"
        "eole,31/02/2026 09:00,2026-07-01 10:00,,\n"
        "eole,2026-07-01 09:00,,peut-être,deux\n"
        "\n"
        "Total,,,,4\n"
        "eole,2026-07-01 09:00,2026-07-01 10:00,,\n"
    )
    reading = read(text, context, tmp_path)
    assert [(r.row, r.column, r.code) for r in reading.refusals] == [
        (2, "ends_at", "bad_interval"),
        (3, "room", "unknown_room"),
        (4, "starts_at", "unreadable"),
        (5, "ends_at", "unreadable"),
        (5, "status", "unreadable"),
        (5, "participants", "unreadable"),
        (7, "", "total"),
    ]
    # each goes back with its room; what names none is for the evaluator
    assert [r.sender for r in reading.refusals] == ["eole", "", "eole", "eole", "eole", "eole", ""]
    assert sum(p.rows_read for p in reading.slices) == 6
    assert [row["row_number"] for row in rows(reading)] == [8]


def test_near_names_are_proposed_and_never_applied(context: Context, tmp_path: Path) -> None:
    text = "salle;début;fin;réservé par\nzéphyre;2026-07-01 09:00;2026-07-01 10:00;\neole;2026-07-01 09:00;2026-07-01 10:00;Cooperative du Moulins\n"
    reading = read(text, context, tmp_path)
    assert [row["member_id"] for row in rows(reading)] == [None]
    assert {(p.kind, p.id) for p in context.proposals} == {("room", "zephyr"), ("member", "M01")}


def test_a_correction_is_replayed(context: Context, tmp_path: Path) -> None:
    context.corrections.append(Correction("planning.csv", 2, "fin", "2026-07-01 08:00", "2026-07-01 10:00"))
    reading = read("salle;début;fin\neole;2026-07-01 09:00;2026-07-01 08:00\n", context, tmp_path)
    assert when(reading) == ["2026-07-01 07:00 08:00"]
    assert [finding.code for finding in reading.findings] == ["correction_applied"]


MRBS = (
    "Brief description,Area,Room,Start time,End time,Duration,Type,Created by,Confirmation status,Approval status,Last updated\n"
    '"Réunion","Étage","Grande","09:00 - mercredi 1 juillet 2026","11:00 - mercredi 1 juillet 2026","2","I","moulin","Confirmed","Approved","x"\n'
    '"Réunion","Étage","Grande","mercredi 1 juillet 2026 14:00","mercredi 1 juillet 2026 15:00:00","1","E","x","Tentative","Approved","x"\n'
)
GRR = (
    "Réservée au nom de;Domaines;Ressource;Description;Date;Heure;Durée;Description brève;Description complète;Type;Dernière mise à jour;\n"
    "MOULIN;Étage;Grande;;mercredi 01 juillet 2026;09:00;2.5 heures;*****;;Réunion;;\r\n"
    "*****;Étage;Grande;;01/07/2026;14:00;30 minutes;*****;;Réunion;;\r\n"
)
COBOT = (
    "id,from,to,resource,membership,price.net,price.gross,attendees\n"
    "b1,2026-07-01T07:00:00Z,2026-07-01T09:00:00Z,eole,Moulin,40.00,48.00,6\n"
)
NEXUDUS = (
    "Id,ResourceName,CoworkerCompanyName,FromTime,ToTime,Tentative,Online\n"
    "n1,Zéphyr,Moulin,2026-07-01T07:00:00Z,2026-07-01T09:00:00Z,True,False\n"
)
OFFICERND = (
    "_id,resourceId,team,start.dateTime,end.dateTime,canceled,recurrence.rrule\n"
    'o1,eole,Moulin,2026-03-25T08:00:00Z,2026-03-25T09:00:00Z,false,"RRULE:FREQ=WEEKLY;COUNT=2"\n'
    "o2,eole,Moulin,2026-03-26T08:00:00Z,2026-03-26T09:00:00Z,true,\n"
)


@pytest.mark.parametrize(
    ("text", "format_id", "expected", "statuses"),
    [
        (MRBS, "mrbs", ["2026-07-01 07:00 09:00", "2026-07-01 12:00 13:00"], ["confirmed", "tentative"]),
        (GRR, "grr", ["2026-07-01 07:00 09:30", "2026-07-01 12:00 12:30"], ["confirmed", "confirmed"]),
        (COBOT, "cobot", ["2026-07-01 07:00 09:00"], ["confirmed"]),
        (NEXUDUS, "nexudus", ["2026-07-01 07:00 09:00"], ["tentative"]),
        # the series keeps its local hour through the change to summer time
        (OFFICERND, "officernd", ["2026-03-25 08:00 09:00", "2026-04-01 07:00 08:00", "2026-03-26 08:00 09:00"],
         ["confirmed", "confirmed", "cancelled"]),
    ],
)  # fmt: skip
def test_exports_of_booking_programs(
    context: Context, tmp_path: Path, text: str, format_id: str, expected: list[str], statuses: list[str]
) -> None:
    header = [cell.strip('"') for cell in text.split("\n")[0].replace(";", ",").split(",")]
    assert bookings_csv.is_booking_header([header], context)
    reading = read(text, context, tmp_path)
    assert reading.refusals == []
    assert reading.kind_of_file == format_id
    assert when(reading) == expected
    assert [row["status"] for row in rows(reading)] == statuses
    assert rows(reading)[0]["member_id"] == "M01"
    assert {row["format"] for row in rows(reading)} == {format_id}


def test_an_export_described_in_the_settings(context: Context, tmp_path: Path) -> None:
    context.mappings["agenda"] = Mapping(
        "bookings",
        columns={"Quand": "starts_at", "Jusqu'à": "ends_at", "Qui": "booked_by", "Public": "category"},
        values={"category": {"ext": "external"}},
        constants={"room": "Zéphyr"},
    )
    text = "Quand;Jusqu'à;Qui;Public\n01/07/2026 09:00;01/07/2026 10:00;moulin;ext\n"
    assert bookings_csv.is_booking_header([["Quand", "Jusqu'à", "Qui", "Public"]], context)
    found = rows(read(text, context, tmp_path))
    assert [(r["room_id"], r["member_id"], r["category"], r["format"]) for r in found] == [
        ("zephyr", "M01", "external", "csv")
    ]


def test_another_table_is_refused(context: Context, tmp_path: Path) -> None:
    assert read("siren;quarter\n732829320;2026-Q3\n", context, tmp_path).is_refused
    assert not bookings_csv.is_booking_header([["siren", "quarter", "début", "fin"]], context)
