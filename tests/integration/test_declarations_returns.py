"""The loop with members: form, filled, read, form again; refusals sent back, mended, cleared."""

from __future__ import annotations

import csv
import html
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingest import forms, receive, returns
from ingest.context import Member
from ingest.form_sheets import Anomaly
from ingest.readers.grid import read_grid
from ingest.returns import Parcel, ReturnLine, write_returns
from ingest.sources import read_file
from periscope import arbitration, tables, template, warehouse
from periscope.errors import UsageError
from periscope.quarters import Quarter
from periscope.workspace import Run
from tests.declared import ATELIER, JARDINS, STRUCTURE, context, workbook

QUARTER = Quarter(2026, 3)
HOSTILE = [
    '=HYPERLINK("http://x")',
    "=cmd|'/c calc'!A1",
    "@SUM(A1)",
    "+33 6",
    "-12,50",
    "＝1+1",
    "<svg onload=alert(1)>",
    "{{ env_var('X') }}",
]
VALUES: dict[str, list[dict[str, Any]]] = {
    "supported_projects": [
        {"row_number": 9, "project_ref": text, "title": text, "holder_pid": "0123456789abcdef" * 2, "support_kind": "cape",
         "first_contact_on": date(2026, 1, 2), "is_micro": True, "siren_created": "005520135"}
        for text in HOSTILE
    ],
    "collaborative_projects": [
        {"row_number": 4, "project_ref": "0012", "kind": "joint_bid", "status": "run", "partners": "732829320;880878145",
         "share": Decimal("0.333333"), "amount_eur": Decimal("1234567.89"), "lead_siren": "732829320"}
    ],
    "posts": [
        {"row_number": 4, "post_ref": "P1", "employer_siren": "732829320", "started_on": date(2020, 2, 29), "category": "created",
         "working_time": Decimal("0.8"), "paid_hours": Decimal("151.67"), "contract_kind": "casual_fixed_term"}
    ],
}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    workspace = template.create(tmp_path / "pole")
    for name, lines in {
        "members": [
            "member_id,siren,name",
            f"jardins,{JARDINS.siren},{JARDINS.name}",
            f"atelier,{ATELIER.siren},{ATELIER.name}",
        ],
        "memberships": [
            "member_id,presence,joined_on",
            "jardins,permanent_resident,2020-01-01",
            "atelier,occasional_user,2020-01-01",
        ],
    }.items():
        (workspace.register / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    return Run(workspace, QUARTER, date(2026, 11, 1))


def take_in(run: Run) -> None:
    receive.receive(run)
    with warehouse.connect(run.workspace.raw_database) as connection:
        connection.execute("update record.slices set verdict = 'accept'")
        arbitration.arbitrate(connection)


def declared(run: Run, kind: str) -> list[dict[str, Any]]:
    with warehouse.connect(run.workspace.raw_database, read_only=True) as connection:
        cursor = connection.execute(
            f"select entries.* exclude (slice_id, row_number) from declarations.{kind} as entries "
            "inner join record.slices as slices using (slice_id) where is_active order by all"
        )
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_a_form_is_read_back_without_loss(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    forms.write_form(path, Member("jardins", JARDINS.siren, "=1+1"), QUARTER, VALUES, [], ["jardins (=1+1)"])
    reading = read_file(path, "declarations/form.xlsx", context())
    assert reading.refusals == []
    assert {piece.kind for piece in reading.slices} == set(tables.DECLARATIONS)
    for piece in reading.slices:
        assert (piece.sender, piece.quarter) == ("jardins", "2026-Q3")
        given = VALUES.get(piece.kind, [])
        assert len(piece.rows) == len(given)
        for row, wanted in zip(piece.rows, given, strict=True):
            wanted = {k: v for k, v in wanted.items() if k != "row_number"}
            assert {k: row[k] for k in wanted} == wanted
            assert all(
                value is None for k, value in row.items() if k not in {*wanted, "row_number", "title_key"}
            )


def test_no_formula_and_the_same_bytes_twice(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        forms.write_form(
            tmp_path / name, Member("jardins", JARDINS.siren, HOSTILE[0]), QUARTER, VALUES, [], HOSTILE
        )
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [
        c.coordinate for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"
    ] == []
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_help_drop_downs_new_questions_and_anomalies(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    anomalies = [
        Anomaly("posts", "Ligne 5 : date illisible.", "started_on", 5),
        Anomaly("posts", "Valeur arrondie.", "working_time", 4),
    ]
    known = {(k, c.name) for k, t in tables.DECLARATIONS.items() for c in t.columns} - {("posts", "category")}
    forms.write_form(path, JARDINS, QUARTER, VALUES, anomalies, [], known)
    sheet = openpyxl.load_workbook(path)["emplois"]
    notes = {cell.value: cell.comment.text for cell in sheet[3] if cell.comment}
    assert "Question nouvelle" in notes["Catégorie d'emploi"] and "Question nouvelle" not in notes["Contrat"]
    assert "Choix : CDI, CDD" in notes["Contrat"]
    assert "date illisible" in notes["Début du contrat le"]
    titles = [cell.value for cell in sheet[3]]
    note = sheet.cell(4, titles.index("Temps de travail") + 1).comment
    assert note is not None and note.text == "Valeur arrondie."
    lists = [v.formula1 for v in sheet.data_validations.dataValidation if v.type == "list"]
    assert any("CDI" in formula for formula in lists)
    assert forms.questions_of(path) == known | {("posts", "category"), ("supported_projects", "holder_pid")}


def test_form_filled_read_and_form_again(run: Run) -> None:
    inbox = run.workspace.inbox / "declarations"
    forms.write_form(inbox / "retour.xlsx", JARDINS, QUARTER, VALUES, [], [])
    take_in(run)
    before = {kind: declared(run, kind) for kind in tables.DECLARATIONS}
    assert [len(rows) for rows in before.values()] == [8, 1, 1, 0, 0]
    folder = forms.write_all(run)
    assert sorted(path.name for path in folder.iterdir()) == ["atelier.xlsx", "jardins.xlsx"]
    (inbox / "retour.xlsx").unlink()
    (folder / "jardins.xlsx").rename(inbox / "encore.xlsx")
    take_in(run)
    assert {kind: declared(run, kind) for kind in tables.DECLARATIONS} == before


def test_forms_follow_the_register_before_anything_is_read(run: Run) -> None:
    """The first thing a new pole does; then a member who joins has a form without another reading."""
    folder = forms.write_all(run)
    assert sorted(path.name for path in folder.iterdir()) == ["atelier.xlsx", "jardins.xlsx"]
    register = run.workspace.register
    (register / "memberships.csv").write_text(
        "member_id,presence,joined_on,left_on\njardins,permanent_resident,2020-01-01,2026-07-01\n"
        "atelier,candidate,2020-01-01,\n",
        encoding="utf-8",
    )
    (folder / "atelier.xlsx").unlink()
    forms.write_all(run)
    assert [path.name for path in folder.iterdir()] == ["jardins.xlsx"]
    (register / "memberships.csv").write_text("member_id,presence,joined_on\n", encoding="utf-8")
    with pytest.raises(UsageError, match="Aucun membre"):
        forms.write_all(run)


def posts(*rows: list[Any]) -> list[list[Any]]:
    return [["post_ref", "employer_siren", "started_on", "working_time"], *rows]


def test_refusals_go_back_and_a_mended_file_clears_them(run: Run) -> None:
    inbox = run.workspace.inbox / "declarations"
    good, bad = ["P1", JARDINS.siren, date(2025, 1, 1), 1], ["P2", JARDINS.siren, "30/02/2026", 0.5]
    repeated = [["P3", JARDINS.siren, date(2025, 1, 1), share] for share in (1, 0.5)]
    workbook(inbox / "a.xlsx", {"structure": STRUCTURE, "emplois": posts(good, bad, *repeated)})
    take_in(run)
    returns.write_all(run)
    folder = run.workspace.returns / "2026-Q3"
    with (folder / "jardins.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["file"], line["sheet"], line["row"], line["column"], line["value"]) for line in lines] == [
        ("declarations/a.xlsx", "emplois", "3", "started_on", "30/02/2026"),
        ("declarations/a.xlsx", "emplois", "4", "post_ref", f"{JARDINS.siren} / P3"),
        ("declarations/a.xlsx", "emplois", "5", "post_ref", f"{JARDINS.siren} / P3"),
    ]
    page = (folder / "jardins.html").read_text(encoding="utf-8")
    assert "30/02/2026" in page and "<td>Début du contrat le</td>" in page and "started_on" not in page
    book = openpyxl.load_workbook(folder / "jardins.xlsx")
    sheet = book["emplois"]
    titles = [cell.value for cell in sheet[1]]
    faulty = sheet.cell(2, titles.index("Début du contrat le") + 1)
    assert (faulty.value, faulty.fill.start_color.rgb) == ("30/02/2026", "FFFFC7CE")
    assert faulty.comment is not None and "n'existe pas" in faulty.comment.text

    faulty.value = "28/02/2026"
    sheet.cell(4, titles.index("Référence du poste") + 1).value = "P4"
    book.save(inbox / "mended.xlsx")
    take_in(run)
    assert sorted((row["post_ref"], row["working_time"]) for row in declared(run, "posts")) == [
        ("P1", Decimal(1)),
        ("P2", Decimal("0.5")),
        ("P3", Decimal(1)),
        ("P4", Decimal("0.5")),
    ]
    returns.write_all(run)
    assert [path.name for path in folder.iterdir()] == ["qualite.html"]


def test_senders_of_one_file_do_not_see_each_other(run: Run) -> None:
    content = "siren;quarter;post_ref;employer_siren;started_on;working_time\n"
    content += f"{JARDINS.siren};2026-Q3;PJ;{JARDINS.siren};zig;1\n{ATELIER.siren};2026-Q3;PA;{ATELIER.siren};zag;1\n"
    (run.workspace.inbox / "declarations" / "all.csv").write_text(content, encoding="utf-8")
    take_in(run)
    returns.write_all(run)
    folder = run.workspace.returns / "2026-Q3"
    for mine, other in (("jardins", "zag"), ("atelier", "zig")):
        for path in folder.glob(f"{mine}.*"):
            said = (
                " ".join(str(c) for s in read_grid(path).sheets for r in s.rows for c in r.cells)
                if path.suffix == ".xlsx"
                else path.read_text(encoding="utf-8")
            )
            assert other not in said and mine in path.name
    forms.write_all(run)
    note = " ".join(
        str(c)
        for s in read_grid(run.workspace.forms / "2026-Q3" / "jardins.xlsx").sheets
        for r in s.rows
        for c in r.cells
    )
    assert "all.csv" not in note


def test_a_page_asks_only_for_what_can_be_done(tmp_path: Path, run: Run) -> None:
    whole = ReturnLine("fec.txt", "", 0, "", "", "Rien ne dit quel membre a envoyé ce FEC.", "Renommez-le.")
    write_returns(tmp_path, Parcel("told", findings=["Les montants ont été compris."]), run)
    write_returns(tmp_path, Parcel("whole", [whole]), run)
    told, page = ((tmp_path / f"{name}.html").read_text(encoding="utf-8") for name in ("told", "whole"))
    assert "Rien n'est à renvoyer" in html.unescape(told) and "Ce qui est à corriger" not in told
    assert "Corrigez votre fichier" in page and "Le classeur du même nom" not in page
    with (tmp_path / "whole.csv").open(encoding="utf-8", newline="") as file:
        assert [line["row"] for line in csv.DictReader(file)] == [""]


@pytest.mark.parametrize(
    "sender", ["../../x", "CON", "a/b\\c", "é" * 300, "‮gnp", "", "propositions", "qualite", "<script>"]
)
def test_any_sender_is_a_safe_file_and_nothing_runs(tmp_path: Path, run: Run, sender: str) -> None:
    lines = [ReturnLine(text, text, 2, text, text, text, text) for text in HOSTILE]
    write_returns(tmp_path / "out", Parcel(sender, lines, findings=HOSTILE), run)
    assert not (tmp_path / "out" / "qualite.html").exists()
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".csv", ".html", ".xlsx"]
    assert [path for path in tmp_path.iterdir() if path.name not in ("out", "pole")] == []
    page = next((tmp_path / "out").glob("*.html")).read_text(encoding="utf-8")
    assert "<svg" not in page and "<script" not in page
    with next((tmp_path / "out").glob("*.csv")).open(encoding="utf-8", newline="") as file:
        cells = [cell for line in list(csv.reader(file))[1:] for cell in line]
    assert not [cell for cell in cells if cell[:1] in "=@＝" or cell.startswith("+")]
    assert "-12,50" in cells
    book = openpyxl.load_workbook(next((tmp_path / "out").glob("*.xlsx")))
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
