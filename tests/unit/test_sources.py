"""Files are recognised by what they hold; headers name one column; proposals are safe to open."""

from __future__ import annotations

import csv
from importlib import import_module
from pathlib import Path

import pytest

from ingest import sources
from ingest.context import Context, Proposal
from ingest.headers import Headers, declared, key_of, kind_of_columns
from periscope import tables
from tests.declared import context, text, workbook

ACTIVITY = (
    "siren;quarter;period_start;period_end;net_turnover_eur\n732829320;2026-Q3;2026-07-01;2026-09-30;10\n"
)
CASES = {
    "fec": "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\t"
    "EcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\n",
    "ics": "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n",
    "bookings_csv": "Salle;Début;Fin;Réservé par\nS1;30/09/2026 10:00;30/09/2026 11:00;jardins\n",
    "declarations": "siren;quarter;purchase_ref;bought_on;amount_eur\n",
}


def recognised(path: Path, name: str, known: Context | None = None) -> str | None:
    found = sources.recognise(path, name, known or context())
    return found.id if found else None


@pytest.mark.parametrize("expected", CASES)
@pytest.mark.parametrize("name", ["declarations/x.csv", "revenue/x.txt", "bookings/x", "CON"])
def test_the_content_decides_whatever_the_name(tmp_path: Path, expected: str, name: str) -> None:
    assert recognised(text(tmp_path / "x", CASES[expected]), name) == expected


def test_only_the_folder_tells_a_turnover_from_an_activity(tmp_path: Path) -> None:
    path = text(tmp_path / "x.csv", ACTIVITY)
    assert recognised(path, "revenue/x.csv") == "turnover"
    assert recognised(path, "declarations/x.csv") == "declarations"
    assert recognised(path, "x.csv") == "declarations"


def test_foreign_content_is_no_source(tmp_path: Path) -> None:
    for content in ("", "bonjour", "a;b\n1;2\n", "<html>", "{}"):
        assert recognised(text(tmp_path / "x", content), "declarations/x.csv") is None


def test_every_reader_of_the_registry_exists() -> None:
    for source in sources.SOURCES:
        assert callable(import_module(source.reader).read)
        assert source.folder in ("declarations", "bookings", "revenue")


def test_a_header_names_one_column_whatever_the_table() -> None:
    seen: dict[str, set[str]] = {}
    for table in (*tables.DECLARATIONS.values(), tables.STRUCTURE):
        for column in table.columns:
            for spelling in (column.name, column.label_fr):
                seen.setdefault(key_of(spelling), set()).add(column.name)
    assert {key: names for key, names in seen.items() if len(names) > 1} == {}


@pytest.mark.parametrize("kind", tables.DECLARATIONS)
def test_each_kind_is_told_by_its_columns(kind: str) -> None:
    table = tables.DECLARATIONS[kind]
    assert kind_of_columns({*table.names, *tables.STRUCTURE.names}) == kind
    required = {column.name for column in table.columns if column.required}
    assert kind_of_columns(required | {"siren", "quarter"}) in (kind, None)


def test_units_are_not_guessed() -> None:
    match = declared(context()).match
    assert (
        match("Chiffre d'affaires net HT")
        == match(" CHIFFRE D’AFFAIRES  net ht (€) * ")
        == "net_turnover_eur"
    )
    assert match("Chiffre d'affaires net HT (k€)") is None
    assert match("") is None


def test_an_alias_names_only_a_column_of_the_table() -> None:
    known = context(aliases={("column", "CA"): "net_turnover_eur", ("column", "x"): "drop table"})
    assert Headers([tables.ACTIVITY], known).match("ca") == "net_turnover_eur"
    assert Headers([tables.POSTS], known).match("ca") is None
    assert declared(known).match("x") is None


def test_proposals_are_kept_until_answered_and_cannot_run(tmp_path: Path) -> None:
    known = context()
    known.proposals = [
        Proposal("customer", "=HYPERLINK(1)", "jardins", 0.95, "FEC"),
        Proposal("room", "Eole", "S1", 0.93),
    ]
    sources.write_proposals(tmp_path / "r", known)
    later = context(aliases={("room", "Eole"): "S1"})
    later.proposals = [Proposal("member", "Jardins", "jardins", 0.94)]
    sources.write_proposals(tmp_path / "r", later)
    with (tmp_path / "r" / "propositions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["kind"], row["raw_text"], row["id"]) for row in rows] == [
        ("customer", "'=HYPERLINK(1)", "jardins"),
        ("member", "Jardins", "jardins"),
    ]
    answered = context(aliases={("customer", "=HYPERLINK(1)"): "jardins", ("member", "jardins"): "jardins"})
    sources.write_proposals(tmp_path / "r", answered)
    assert not (tmp_path / "r" / "propositions.csv").exists()


def test_a_failing_reader_is_told_without_the_cell(tmp_path: Path) -> None:
    path = text(tmp_path / "x.csv", CASES["bookings_csv"])
    failing = sources.Source("failing", "", "", lambda *_: True, "tests.misbehaving")
    reading = sources.read_as(failing, path, "canari", context())
    assert reading.is_refused
    assert "canari" not in repr(reading)


def test_a_workbook_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "x.txt", {"structure": [["siren", "quarter"], ["732829320", "2026-Q3"]], "posts": []}
    )
    assert [piece.kind for piece in sources.read_file(path, "revenue/x.txt", context()).slices] == ["posts"]
