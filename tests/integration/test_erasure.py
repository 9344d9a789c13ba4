"""P02: one person erased from every kind of file received; the others, and the figures, stay."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from ingest import erasure, landing, receive
from ingest.erased_person import ErasedPerson
from ingest.redaction import mentions
from periscope import template, warehouse
from periscope.errors import UsageError
from periscope.files import file_hash
from periscope.quarters import Quarter
from periscope.workspace import Run, Workspace
from tests.declared import workbook

BORN = date(1988, 3, 7)
HEADER = [
    "project_ref",
    "holder_surname",
    "holder_first_name",
    "holder_birth_date",
    "title",
    "support_threshold_on",
]
ZEBULON = ("Zébulon-Corvée", "Marie-Ange")
FEC = (
    "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\t"
    "PieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\r\n"
    "VE\tVentes\t1\t20260715\t411ZEBULON-CORVEE\tClients\tZEBULON\tMme Marie-Ange ZÉBULON CORVÉE\tF1\t20260715\t"
    "Facture Zébulon-Corvée Marie Ange\t120,00\t0,00\t\t\t20260731\t\t\r\n"
    "VE\tVentes\t1\t20260715\t706000\tPrestations\t\t\tF1\t20260715\tFacture\t0,00\t120,00\t\t\t20260731\t\t\r\n"
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    workspace = template.create(tmp_path / "pole")
    (workspace.register / "members.csv").write_text(
        "member_id,siren,name,function\nA,732829320,Alpha,creation_support\nB,356000000,Bravo,creation_support\n"
    )
    (workspace.register / "memberships.csv").write_text(
        "member_id,presence,joined_on\nA,permanent_resident,2020-01-01\nB,permanent_resident,2020-01-01\n"
    )
    box = workspace.inbox
    workbook(
        box / "declarations" / "a.xlsx",
        {
            "structure": [["siren", "quarter"], ["732829320", "2026-Q3"]],
            "accompagnement": [
                HEADER,
                ["P1", *ZEBULON, BORN, "Atelier vélo de Marie-Ange Zébulon-Corvée", date(2026, 7, 20)],
                ["P2", "Durand", "Luc", date(1990, 1, 1), "Épicerie", date(2026, 8, 1)],
                ["P3", *ZEBULON, date(1951, 1, 1), "Homonyme", date(2026, 8, 1)],
            ],
        },
    )
    text = (
        "siren;quarter;" + ";".join(HEADER) + "\n"
        "356000000;2026-Q3;X1;MARIE ANGE;Zebulon Corvee;07/03/1988;Atelier vélo de marie ange zebulon corvee;02/07/2026\n"
        "356000000;2026-Q3;X2;Petit;Ève;01/02/1970;Librairie;03/07/2026\n"
    )
    (box / "declarations" / "b.csv").write_bytes(text.encode("cp1252"))
    (box / "revenue" / "732829320FEC20261231.txt").write_bytes(FEC.encode("cp1252"))
    (box / "bookings" / "salle.ics").write_bytes(
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260701T080000Z\r\nDTEND:20260701T090000Z\r\n"
        b"SUMMARY:Rendez-vous avec Marie-Ange Z\xc3\xa9bul\r\n on-Corv\xc3\xa9e\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    (box / "declarations" / "photo de Zébulon-Corvée Marie-Ange.bin").write_bytes(b"\x89PNG\0" + bytes(400))
    (workspace.texts / "comite.md").write_text("Merci à Marie-Ange Zébulon-Corvée.\n", encoding="utf-8")
    workspace.exploration.mkdir()
    (workspace.exploration / "periscope.duckdb").write_bytes("copie : Marie-Ange Zébulon-Corvée".encode())
    (workspace.exploration / "essai.ipynb").write_text('{"source": ["# Zébulon-Corvée Marie-Ange"]}')
    return Run(workspace, Quarter(2026, 3), date(2026, 11, 23))


def person(run: Run, born_on: date | None = BORN) -> ErasedPerson:
    return erasure.person_of(run.workspace, *ZEBULON, born_on)


def holders(workspace: Workspace) -> dict[str, tuple[str, str]]:
    with warehouse.connect(workspace.raw_database, read_only=True) as connection:
        rows = connection.execute(
            "select project_ref, holder_pid, title_key from declarations.supported_projects"
        ).fetchall()
    return {ref: (pid, title) for ref, pid, title in rows}


def every_text(root: Path) -> dict[str, str]:
    """Every file as text, and every part of every archive."""
    found = {}
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        found[str(path)] = raw.decode("utf-8", "replace") + raw.decode("cp1252", "replace")
        if raw.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                for name in archive.namelist():
                    found[f"{path}!{name}"] = archive.read(name).decode("utf-8", "replace")
    return found


def bare(text: str) -> str:
    return text.casefold().translate(str.maketrans("éè", "ee")).replace("-", " ")


def test_no_byte_names_the_person_any_more(run: Run) -> None:
    workspace = run.workspace
    receive.receive(run)
    homonym = workspace.inbox / "declarations" / "a.xlsx"
    before = every_text(workspace.root)
    assert sum("zebulon" in bare(text) for text in before.values()) > 8
    everyone = person(run, None)
    assert erasure.erase(run, everyone, "Eva", "demande de Marie-Ange Zébulon-Corvée") == 10
    receive.receive(run)
    for name, text in every_text(workspace.root).items():
        assert "zebulon" not in bare(text), name
        assert "marie ange" not in bare(text) and "1988-03-07" not in text and "07/03/1988" not in text, name
    assert not mentions(homonym, everyone) and erasure.traces(workspace, everyone) == []
    assert [path.name for path in workspace.exploration.iterdir()] == ["essai.ipynb"]
    told = (workspace.record / "erasures.jsonl").read_text(encoding="utf-8")
    assert '"by": "Eva"' in told and "PERSONNE EFFACEE 1" in told


def test_the_person_stays_one_holder_and_the_others_stay_themselves(run: Run) -> None:
    receive.receive(run)
    before = holders(run.workspace)
    assert before["P1"] == before["X1"]
    erasure.erase(run, person(run), "Eva", "demande")
    receive.receive(run)
    after = holders(run.workspace)
    assert after["P1"] == after["X1"] and after["P1"][0] != before["P1"][0]
    assert {ref: after[ref] for ref in ("P2", "P3", "X2")} == {ref: before[ref] for ref in ("P2", "P3", "X2")}


def test_amounts_and_dates_of_the_files_do_not_move(run: Run) -> None:
    def told() -> list[tuple[object, ...]]:
        with warehouse.connect(run.workspace.raw_database, read_only=True) as connection:
            return connection.execute(
                "select row_number, entry_on, account_code, debit_eur, credit_eur from revenue.fec_lines order by all"
            ).fetchall()

    receive.receive(run)
    before = told()
    erasure.erase(run, person(run), "Eva", "demande")
    receive.receive(run)
    assert told() == before and len(before) == 2


def test_an_original_that_comes_back_is_refused_in_french(run: Run) -> None:
    workspace = run.workspace
    original = (workspace.inbox / "declarations" / "b.csv").read_bytes()
    receive.receive(run)
    erasure.erase(run, person(run), "Eva", "demande")
    receive.receive(run)
    (workspace.inbox / "declarations" / "renvoi.csv").write_bytes(original)
    receive.receive(run)
    with warehouse.connect(workspace.raw_database, read_only=True) as connection:
        rows = connection.execute(
            "select source_file, reason from record.refusals where code = 'erased_person'"
        ).fetchall()
        status = connection.execute(
            "select status from record.files where source_file like '%renvoi.csv'"
        ).fetchall()
    assert rows == [("declarations/renvoi.csv", rows[0][1])] and "effacement a été demandé" in rows[0][1]
    assert status == [("refused_file",)]
    assert "X1" in holders(workspace)


def test_the_journal_keeps_the_order_and_names_what_replaced_what(run: Run) -> None:
    receive.receive(run)
    before = [(f.seq, f.batch) for f in landing.landed_files(run.workspace)]
    erasure.erase(run, person(run), "Eva", "demande")
    files = landing.landed_files(run.workspace)
    assert [(f.seq, f.batch) for f in files] == before
    assert all(file_hash(f.path(run.workspace)) == f.file_id for f in files)
    erased = [e for e in landing.journal(run.workspace) if e.event == landing.ERASED]
    assert {e.replaced_by for e in erased} <= {f.file_id for f in files} and len(erased) == 4
    in_inbox = {file_hash(path) for path in landing.inbox_files(run.workspace)}
    assert in_inbox == {f.file_id for f in files}


def test_a_name_misspelt_then_corrected_is_the_person(run: Run) -> None:
    workspace = run.workspace
    path = workspace.inbox / "declarations" / "b.csv"
    path.write_text(path.read_text("cp1252").replace("Zebulon Corvee;07", "Zebulon Corvet;07"), "cp1252")
    ledger = workspace.register / "corrections.csv"
    ledger.write_text(
        ledger.read_text()
        + "b.csv,2,holder_first_name,Zebulon Corvet,Zebulon Corvee,faute,Eva,2026-10-01,\n"
        + "b.csv,3,title,Librairie,Librairie-café,faute,Eva,2026-10-01,\n"
    )
    receive.receive(run)
    assert holders(workspace)["P1"][0] == holders(workspace)["X1"][0]
    erasure.erase(run, person(run), "Eva", "demande")
    receive.receive(run)
    assert holders(workspace)["P1"][0] == holders(workspace)["X1"][0]
    assert "Corvet" not in path.read_text("cp1252") and "Corvet" not in ledger.read_text()
    with ledger.open() as file:
        assert [row["column"] for row in csv.DictReader(file)] == ["title"]


def test_a_name_that_is_nowhere_is_said(run: Run) -> None:
    nobody = erasure.person_of(run.workspace, "Zébulon-Corvet", "Marie-Ange", BORN)
    told = erasure.outcome(run.workspace, nobody, erasure.erase(run, nobody, "Évaluateur", "demande"))
    assert "rien n'a été expurgé" in told and "orthographe" in told


def test_asking_twice_changes_nothing_more(run: Run) -> None:
    receive.receive(run)
    erasure.erase(run, person(run), "Eva", "demande")
    before = {p: p.read_bytes() for p in run.workspace.inbox.rglob("*") if p.is_file()}
    again = erasure.person_of(run.workspace, *ZEBULON, BORN)
    assert erasure.erase(run, again, "Eva", "demande") == 0
    assert {p: p.read_bytes() for p in run.workspace.inbox.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("names", [("", "Marie"), ("Durand", " ")])
def test_half_a_name_is_refused(run: Run, names: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match="nom et le prénom"):
        erasure.person_of(run.workspace, *names, None)
