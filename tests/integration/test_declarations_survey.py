"""Survey exports through `[mappings]`: repeat groups, question texts, answers in other words, nothing personal read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from ingest.readers.survey import explain
from ingest.sources import read_file
from periscope import settings
from tests.declared import context, text, workbook

KOBO = settings.Mapping(
    "posts",
    {
        "Votre structure": "siren",
        "_submission_time": "sent_on",
        "Poste": "post_ref",
        "Employeur": "employer_siren",
        "Début": "started_on",
        "Temps": "working_time",
        "Type de contrat": "contract_kind",
    },
    values={"contract_kind": {"cdi_plein": "permanent"}},
    constants={"quarter": "2026-Q3"},
)
KOBO_SHEETS: dict[str, list[list[Any]]] = {
    "Enquête": [
        ["Votre structure", "Courriel", "_submission_time", "_index"],
        ["Les Jardins du Canal", "canari@example.org", "2026-10-02T08:00:00", 1],
        ["880878145", "canari@example.org", "2026-10-03T08:00:00", 2],
    ],
    "emplois_repeat": [
        [
            "Poste",
            "Employeur",
            "Début",
            "Temps",
            "Type de contrat",
            "Temps",
            "_parent_table_name",
            "_parent_index",
        ],
        ["P1", "732829320", "2025-01-01", "80 %", "cdi_plein", None, "Enquête", 1],
        ["P2", "jardins", "2025-02-01", None, "CDD", 1, "Enquête", 1],
        ["P3", "jardins", "2025-02-01", 1, "CDD", 0.5, "Enquête", 1],
        ["P4", "jardins", "2025-02-01", 1, "CDD", None, "Enquête", 9],
    ],
}


def test_kobo_repeat_group(tmp_path: Path) -> None:
    path = workbook(tmp_path / "kobo.xlsx", KOBO_SHEETS)
    reading = read_file(path, "declarations/kobo.xlsx", context(mappings={"kobo": KOBO}))
    assert reading.kind_of_file == "survey"
    by_sender = {piece.sender: piece for piece in reading.slices}
    jardins = by_sender["jardins"]
    assert [
        (row["row_number"], row["post_ref"], row["working_time"], row["contract_kind"])
        for row in jardins.rows
    ] == [
        (2, "P1", Decimal("0.8"), "permanent"),
        (3, "P2", Decimal(1), "fixed_term"),
    ]
    assert (jardins.quarter, str(jardins.sent_on), jardins.sheet) == (
        "2026-Q3",
        "2026-10-02",
        "emplois_repeat",
    )
    # a respondent without any post answers: nothing
    assert (by_sender["atelier"].rows_read, by_sender["atelier"].rows) == (0, [])
    assert [(r.row, r.code) for r in reading.refusals] == [(4, "cell"), (5, "broken_line")]
    assert "canari" not in repr(reading)


def test_limesurvey_question_text_as_header(tmp_path: Path) -> None:
    mapping = settings.Mapping(
        "joint_purchases",
        {
            "Quel est votre SIREN ?": "siren",
            "Référence de l'achat groupé": "purchase_ref",
            "Quand a-t-il eu lieu ?": "bought_on",
            "Combien (payé) ?": "amount_eur",
            "Combien (sans groupement) ?": "reference_amount_eur",
        },
        constants={"quarter": "T3 2026"},
    )
    header = '"Date d\'envoi","Adresse IP","Quel est votre SIREN ?","Référence de\nl\'achat groupé","Quand a-t-il eu lieu ?","Combien (payé) ?","Combien (sans groupement) ?"\n'
    row = '"2026-10-02 08:00:00","192.0.2.1","732 829 320","A1","01/08/2026","1 234,50","1 500"\n'
    path = text(tmp_path / "results.csv", header + row)
    reading = read_file(path, "declarations/results.csv", context(mappings={"lime": mapping}))
    assert reading.refusals == []
    values = reading.slices[0].rows[0]
    assert (values["amount_eur"], values["reference_amount_eur"]) == (Decimal("1234.50"), Decimal("1500.00"))
    assert values["row_number"] == 3  # the question takes lines 1 and 2
    assert "192.0.2.1" not in repr(reading)


def test_google_forms_several_answers_in_one_cell(tmp_path: Path) -> None:
    mapping = settings.Mapping(
        "collaborative_projects",
        {
            "Structure": "siren",
            "Trimestre": "quarter",
            "Projet": "project_ref",
            "Où en est-il": "status",
            "Avec qui": "partners",
        },
        values={
            "status": {"C'est fait": "run"},
            "partners": {"les jardins": "jardins", "l'atelier": "atelier"},
        },
    )
    path = text(
        tmp_path / "g.csv",
        "Horodateur,Structure,Trimestre,Projet,Où en est-il,Avec qui\n"
        '02/10/2026 08:00:00,jardins,2026-Q3,C1,C\'est fait,"jardins;880878145"\n',
    )
    reading = read_file(path, "declarations/g.csv", context(mappings={"google": mapping}))
    assert reading.slices[0].rows[0]["partners"] == "732829320;880878145"
    assert reading.slices[0].rows[0]["status"] == "run"


def test_a_mapping_that_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", {"structure": [["siren", "quarter"], ["732829320", "2026-Q3"]], "emplois": []}
    )
    reading = read_file(path, "declarations/a.xlsx", context(mappings={"kobo": KOBO}))
    assert (reading.kind_of_file, [piece.kind for piece in reading.slices]) == ("declarations", ["posts"])


def test_explain_says_how_each_column_was_understood(tmp_path: Path) -> None:
    path = workbook(tmp_path / "kobo.xlsx", KOBO_SHEETS)
    said = explain(path, "declarations/kobo.xlsx", context(mappings={"kobo": KOBO}))
    lines = {
        line.split("  ")[1].strip(): line for line in said.splitlines() if line.startswith("emplois_repeat")
    }
    assert "contract_kind" in lines["Type de contrat"]
    assert "non lu" in lines["Courriel"]
    assert "posts, jardins, 2026-Q3 : 3 ligne(s) lue(s), 2 acceptée(s), 1 refusée(s)." in said
    assert "canari" not in said
