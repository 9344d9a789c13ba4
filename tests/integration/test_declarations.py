"""Declarations read through the front door of ingest: what is accepted, refused, said and counted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.context import Context, Correction
from ingest.sources import read_file
from periscope.receipts import Reading, Slice
from tests.declared import ATELIER, GESTION, JARDINS, STRUCTURE, context, text, workbook

POSTS = ["post_ref", "employer_siren", "started_on", "working_time"]
POST = ["P1", "732829320", date(2025, 1, 1), 1]
PROJECTS = ["project_ref", "holder_surname", "holder_first_name", "holder_birth_date", "title"]
CSV_POSTS = "siren;quarter;post_ref;employer_siren;started_on;working_time\n"


def read(path: Path, known: Context | None = None) -> Reading:
    reading = read_file(path, f"declarations/{path.name}", known or context())
    for piece in reading.slices:
        assert piece.rows_read == piece.rows_accepted + piece.rows_refused
        assert len(piece.rows) == piece.rows_accepted
    return reading


def only(reading: Reading) -> Slice:
    assert len(reading.slices) == 1, reading.refusals
    return reading.slices[0]


def codes(reading: Reading) -> list[str]:
    return sorted(finding.code for finding in reading.findings)


def test_form_with_its_structure_sheet(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "structure": [["siren", "quarter", "sent_on"], ["732829320", "2026-Q3", date(2026, 10, 5)]],
            "emplois": [["Emplois du trimestre"], [], POSTS, POST, ["P2", 880878145, "01/02/2026", "80 %"]],
            "activite": [
                ["period_start", "period_end", "net_turnover_eur"],
                ["2026-07-01", "30/09/2026", "1 234,56 €"],
            ],
            "achats_groupes": [],
        },
    )
    reading = read(path)
    assert reading.refusals == []
    assert {piece.kind: piece.rows_read for piece in reading.slices} == {
        "posts": 2,
        "activity": 1,
        "joint_purchases": 0,
    }
    posts = next(piece for piece in reading.slices if piece.kind == "posts")
    assert (posts.sender, posts.sender_siren, posts.quarter, posts.sent_on) == (
        "jardins",
        "732829320",
        "2026-Q3",
        date(2026, 10, 5),
    )
    assert [row["row_number"] for row in posts.rows] == [4, 5]
    assert posts.rows[1]["working_time"] == Decimal("0.8")
    assert posts.rows[1]["employer_siren"] == "880878145"
    activity = next(piece for piece in reading.slices if piece.kind == "activity")
    assert activity.rows[0]["net_turnover_eur"] == Decimal("1234.56")
    assert activity.rows[0]["source"] == "declared"


def test_labels_beside_values_and_french_headers(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "Structure déclarante": [
                ["Votre structure"],
                ["SIREN *", "880 878 145"],
                ["Trimestre :", "T3 2026"],
            ],
            "Emplois": [
                [
                    " Référence  du poste ",
                    "SIREN DE L’EMPLOYEUR",
                    "Début du contrat le",
                    "Temps de\ntravail",
                    "Commentaire",
                ],
                ["P1", "Atelier bois", "1er juillet 2026", 0.5, "rien"],
            ],
        },
    )
    reading = read(path)
    piece = only(reading)
    assert (piece.sender, piece.quarter, piece.rows_accepted) == ("atelier", "2026-Q3", 1)
    assert piece.rows[0]["employer_siren"] == ATELIER.siren
    assert codes(reading) == ["unknown_column"]
    assert ("Emplois", "Commentaire", "") in [column[:3] for column in reading.columns]


def test_csv_of_several_senders(tmp_path: Path) -> None:
    path = text(
        tmp_path / "emplois.csv",
        CSV_POSTS
        + "732829320;2026-Q3;P1;732829320;2025-01-01;1\n\n"
        + "880878145;2026-Q3;P1;880878145;2025-01-01;0,5\n"
        + f"{GESTION};2026-Q3;P9;{GESTION};2025-01-01;1\n"
        + "111111118;2026-Q3;P1;732829320;2025-01-01;1\n",
    )
    reading = read(path)
    assert [(s.sender, s.rows_read, s.rows_refused) for s in reading.slices] == [
        ("jardins", 1, 0),
        ("atelier", 1, 0),
        (GESTION, 1, 0),
        ("111111118", 1, 1),
    ]
    assert [r["row_number"] for s in reading.slices for r in s.rows] == [2, 4, 5]
    refusal = reading.refusals[0]
    assert (refusal.row, refusal.column, refusal.code) == (6, "siren", "unknown_sender")
    assert "aliases.csv" in refusal.remedy


def test_unknown_sender_revived_by_an_alias(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", CSV_POSTS + "111111118;2026-Q3;P1;222222226;2025-01-01;1\n")
    assert only(read(path)).rows_refused == 1
    known = context(aliases={("member", "111111118"): "jardins", ("member", "222222226"): "atelier"})
    piece = only(read(path, known))
    assert (piece.sender, piece.sender_siren, piece.rows[0]["employer_siren"]) == (
        "jardins",
        JARDINS.siren,
        ATELIER.siren,
    )


def test_unknown_sender_of_a_form_refuses_every_row(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "structure": [["siren", "quarter"], ["111111118", "2026-Q3"]],
            "emplois": [POSTS, POST],
            "activite": [],
        },
    )
    reading = read(path)
    assert [(s.kind, s.rows_read, s.rows_refused) for s in reading.slices] == [("posts", 1, 1)]
    assert [(r.sheet, r.row, r.column) for r in reading.refusals] == [
        ("structure", 2, "siren"),
        ("emplois", 2, ""),
    ]


def test_one_refusal_per_cell_but_rows_are_counted(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "structure": STRUCTURE,
            "emplois": [
                POSTS,
                ["P1", "111111118", "30/02/2026", "beaucoup"],
                ["", "732829320", "2026-01-01", 1],
            ],
        },
    )
    reading = read(path)
    assert (only(reading).rows_read, only(reading).rows_refused) == (2, 2)
    assert [(r.row, r.column, r.value) for r in reading.refusals] == [
        (2, "employer_siren", "111111118"),
        (2, "started_on", "30/02/2026"),
        (2, "working_time", "beaucoup"),
        (3, "post_ref", ""),
    ]


def test_a_cesa_without_working_time_gives_its_paid_hours(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "structure": STRUCTURE,
            "emplois": [
                [*POSTS, "contract_kind", "paid_hours"],
                ["P1", "732829320", "2026-01-01", "", "CESA", "227,5"],
                ["P2", "732829320", "2026-01-01", "", "CESA", ""],
                ["P3", "732829320", "2026-01-01", "", "CDI", "227,5"],
            ],
        },
    )
    reading = read(path)
    (accepted,) = only(reading).rows
    assert (accepted["post_ref"], accepted["working_time"], accepted["paid_hours"]) == (
        "P1",
        None,
        Decimal("227.50"),
    )
    assert [(r.row, r.column, r.code) for r in reading.refusals] == [
        (3, "working_time", "missing"),
        (4, "working_time", "missing"),
    ]


def test_totals_inconsistent_dates_and_ambiguous_amounts_are_refused(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "structure": STRUCTURE,
            "achats_groupes": [
                ["purchase_ref", "bought_on", "amount_eur"],
                ["A1", "2026-08-01", "1.725"],
                ["A2", "2026-08-01", 12.345],
                ["Total général", None, 1737.35],
            ],
            "emplois": [[*POSTS, "ended_on"], [*POST, "2024-12-31"]],
        },
    )
    reading = read(path)
    assert sorted((r.code, r.column) for r in reading.refusals) == [
        ("cell", "amount_eur"),
        ("inconsistent", "ended_on"),
        ("total", ""),
    ]
    purchases = next(s for s in reading.slices if s.kind == "joint_purchases")
    assert [row["amount_eur"] for row in purchases.rows] == [Decimal("12.35")]
    assert "rounded" in codes(reading)


def test_duplicate_keys(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        POSTS,
        POST,
        POST,
        ["P2", "732829320", "2026-01-01", 1],
        ["P2", "732829320", "2026-01-01", "50 %"],
    ]
    reading = read(workbook(tmp_path / "a.xlsx", {"structure": STRUCTURE, "emplois": rows}))
    assert [row["row_number"] for row in only(reading).rows] == [2]
    assert [(r.row, r.code) for r in reading.refusals] == [
        (3, "duplicate_key"),
        (4, "duplicate_key"),
        (5, "duplicate_key"),
    ]
    assert "ligne 5" in reading.refusals[1].reason and "ligne 4" in reading.refusals[2].reason


def test_one_post_may_serve_two_projects(tmp_path: Path) -> None:
    titles = [*POSTS, "project_ref", "project_share"]
    reading = read(
        workbook(
            tmp_path / "a.xlsx",
            {"structure": STRUCTURE, "emplois": [titles, [*POST, "C1", 0.5], [*POST, "C2", 0.5]]},
        )
    )
    assert only(reading).rows_accepted == 2


def test_one_project_of_two_holders_and_persons_never_leave(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        PROJECTS,
        ["D1", "Lefèvre-Martin", "Zoé", date(1990, 5, 1), "Le Café du Canal"],
        ["D1", "Dupuis", "Jean-Paul", date(1980, 1, 2), "Le Café du Canal"],
        ["D2", "zoe", "LEFEVRE MARTIN", "01/05/1990", "CAFE du canal"],
        ["D3", "Canari", "Canari", "le 3 mai", "Épicerie"],
    ]
    known = context()
    reading = read(workbook(tmp_path / "a.xlsx", {"structure": STRUCTURE, "accompagnement": rows}), known)
    piece = only(reading)
    assert [row["row_number"] for row in piece.rows] == [2, 3, 4]
    pids = [row["holder_pid"] for row in piece.rows]
    assert pids[0] == pids[2] != pids[1]
    assert {row["title_key"] for row in piece.rows} == {"cafe canal"}
    assert [(r.row, r.column, r.value) for r in reading.refusals] == [(5, "holder_birth_date", "")]
    said = repr(reading).casefold()
    assert not any(name in said for name in ("lefe", "lefè", "dupuis", "canari", "1990", "3 mai"))


def test_near_holders_of_two_files_are_proposed_by_place(tmp_path: Path) -> None:
    known = context()
    for name, surname in (("a.xlsx", "Lefèvre"), ("b.xlsx", "Lefebvre"), ("c.xlsx", "Durand")):
        read(
            workbook(
                tmp_path / name,
                {
                    "structure": STRUCTURE,
                    "accompagnement": [PROJECTS, ["D1", surname, "Zoé", "1990-05-01", "t"]],
                },
            ),
            known,
        )
    assert [(p.kind, p.raw_text, p.id) for p in known.proposals] == [
        (
            "holder",
            "declarations/b.xlsx, feuille accompagnement, ligne 2",
            "declarations/a.xlsx, feuille accompagnement, ligne 2",
        )
    ]


def test_creation_without_date_is_a_finding(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [*PROJECTS, "creation_kind"],
        ["D1", "Durand", "Zoé", "1990-05-01", "Épicerie", "Immatriculation"],
    ]
    reading = read(workbook(tmp_path / "a.xlsx", {"structure": STRUCTURE, "accompagnement": rows}))
    assert only(reading).rows_accepted == 1
    assert codes(reading) == ["creation_without_date"]


def test_partners_inside_and_outside(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["project_ref", "status", "partners", "lead_siren"],
        ["C1", "Mené", "jardins; 880878145 ;Mairie du Lac;111111118", "5520135"],
    ]
    reading = read(workbook(tmp_path / "a.xlsx", {"structure": STRUCTURE, "cooperation": rows}))
    row = only(reading).rows[0]
    assert row["partners"] == "732829320;880878145;Mairie du Lac;111111118"
    assert row["lead_siren"] == "005520135"
    assert codes(reading) == ["outside_partner", "siren_repaired"]


@pytest.mark.parametrize("old", ["1 000,00", "1000"])
def test_corrections_are_replayed(tmp_path: Path, old: str) -> None:
    entries = [
        Correction("a.xlsx", 2, "net_turnover_eur", old, "1 200,00", "activite"),
        Correction("declarations/a.xlsx", 2, "fte", "3", "4"),
        Correction("a.xlsx", 9, "fte", "3", "4"),
        Correction("other.xlsx", 2, "fte", "3", "4"),
    ]
    rows: list[list[Any]] = [
        ["period_start", "period_end", "net_turnover_eur", "fte"],
        ["2026-07-01", "2026-09-30", 1000, 2],
    ]
    reading = read(
        workbook(tmp_path / "a.xlsx", {"structure": STRUCTURE, "activite": rows}),
        context(corrections=entries),
    )
    assert only(reading).rows[0]["net_turnover_eur"] == Decimal("1200.00")
    assert only(reading).rows[0]["fte"] == Decimal("2.000")
    assert codes(reading) == ["correction_applied", "correction_mismatch", "correction_mismatch"]
    assert all("a.xlsx" in f.message for f in reading.findings if f.code == "correction_mismatch")


def test_missing_column_refuses_the_table_once(tmp_path: Path) -> None:
    path = text(
        tmp_path / "a.csv",
        "siren;post_ref;employer_siren;started_on;working_time\n732829320;P1;732829320;2025-01-01;1\n",
    )
    reading = read(path)
    assert only(reading).rows_refused == 1
    assert [(r.row, r.code) for r in reading.refusals] == [(1, "missing_column")]
    assert "quarter" in reading.refusals[0].reason


def test_alias_of_a_column(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", {"structure": STRUCTURE, "emplois": [["Matricule", *POSTS[1:]], POST]}
    )
    assert only(read(path)).rows_refused == 1
    assert only(read(path, context(aliases={("column", "matricule"): "post_ref"}))).rows_accepted == 1
