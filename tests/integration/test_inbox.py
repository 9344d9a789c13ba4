"""An inbox as members fill it, received and arbitrated: CONTRACT 2, 4, 5 and 8 sentence by sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import landing, receive, sources
from ingest.context import Context
from ingest.sources import Source
from periscope import warehouse
from periscope.errors import UsageError
from periscope.receipts import Reading
from periscope.workspace import Run
from tests import fecs
from tests.inbox import ask, put, small_pole

POSTS = "siren;quarter;post_ref;employer_siren;started_on;working_time\n"
JARDINS = "732829320;2026-Q3;P1;732829320;2025-01-01;1\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return small_pole(tmp_path / "pole")


def correction(run: Run, line: str) -> None:
    ledger = run.workspace.register / "corrections.csv"
    ledger.write_text(ledger.read_text(encoding="utf-8").splitlines()[0] + f"\n{line}\n", encoding="utf-8")


def test_what_is_said_of_a_line_goes_to_its_sender(run: Run) -> None:
    put(
        run,
        "declarations/tous.csv",
        POSTS
        + JARDINS.replace("732829320;2025", "00732829320;2025")
        + "880878145;2026-Q3;A1;123456789;2025-01-01;1\n",
    )
    refusals = ask(run, "select row_number, column_name, sender from record.refusals order by all")
    assert refusals == [(2, "employer_siren", "jardins"), (3, "employer_siren", "atelier")]
    findings = ask(run, "select row_number, code, sender from record.findings order by all")
    assert findings == [(3, "siren_luhn", "atelier")]


def test_two_versions_in_one_run_are_refused_until_one_is_withdrawn(run: Run) -> None:
    put(run, "declarations/v1.csv", POSTS + JARDINS)
    put(run, "v2.csv", POSTS + JARDINS.replace(";1\n", ";0,5\n"))
    status = "select source_file, status from record.slices order by 1"
    assert [state for _, state in ask(run, status)] == ["refused", "refused"]
    told = ask(run, "select source_file, reason from record.refusals order by 1")
    assert ["v2.csv" in str(told[0][1]), "declarations/v1.csv" in str(told[1][1])] == [True, True]
    landing.withdraw(run.workspace, "v1.csv", run.as_of, "Eva", "ancienne version")
    assert ask(run, status) == [("declarations/v1.csv", "withdrawn"), ("v2.csv", "accepted")]


def test_a_withdrawn_file_is_never_read_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    read_as = sources.read_as

    def noted(source: Source | None, path: Path, name: str, context: Context) -> Reading:
        read.append(name)
        return read_as(source, path, name, context)

    monkeypatch.setattr(sources, "read_as", noted)
    status = "select source_file, status from record.files order by 1"
    put(run, "a.csv", POSTS + JARDINS)
    put(run, "b.csv", POSTS + JARDINS.replace(";P1;", ";P2;"))
    ask(run, status)
    landing.withdraw(run.workspace, "a.csv", run.as_of, "Eva", "hostile")
    read.clear()
    # whatever changed in the register or in our code, and from nothing at hand
    monkeypatch.setattr(receive, "_state", lambda _: "other")
    assert ask(run, status) == [("a.csv", "withdrawn"), ("b.csv", "accepted")]
    warehouse.remove(run.workspace.raw_database)
    assert ask(run, status) == [("a.csv", "withdrawn"), ("b.csv", "accepted")]
    assert read == ["b.csv", "b.csv"]


def test_a_file_sent_again_or_renamed_changes_nothing(run: Run) -> None:
    put(run, "declarations/a.csv", POSTS + JARDINS)
    ask(run, "select 1")
    put(run, "copie/b.csv", POSTS + JARDINS)
    rows = ask(run, "select source_file, status from record.files order by 1")
    assert rows == [("copie/b.csv", "already_received"), ("declarations/a.csv", "accepted")]
    assert ask(run, "select count(*) from declarations.posts") == [(1,)]


def test_an_alias_revives_refused_rows_and_a_fec(run: Run) -> None:
    put(run, "declarations/a.csv", POSTS + "987654324;2026-Q3;P1;732829320;2025-01-01;1\n")
    put(run, "revenue/export compta.txt", fecs.flat(fecs.accounts()))
    counts = "select rows_read, rows_refused from record.slices order by kind"
    assert ask(run, counts) == [(1, 1)]
    (run.workspace.register / "aliases.csv").write_text(
        "kind,raw_text,id\nmember,987654324,atelier\nfile,export compta.txt,jardins\n"
    )
    assert ask(run, counts) == [(len(fecs.accounts()), 0), (1, 0)]
    assert ask(run, "select sender from record.slices order by kind") == [("jardins",), ("atelier",)]


@pytest.mark.parametrize(
    "name", ["revenue/Les jardins du canal/x.txt", "revenue/jardins/x.txt", "732829320 compta.TXT"]
)
def test_the_sender_of_a_fec_is_its_folder_or_name(run: Run, name: str) -> None:
    put(run, name, fecs.flat(fecs.accounts(), separator="|", encoding="iso8859-15"))
    assert ask(run, "select sender, rows_read from record.slices") == [("jardins", len(fecs.accounts()))]


def test_a_calendar_without_its_event_empties_the_quarter(run: Run) -> None:
    def calendar(*days: str) -> str:
        events = "".join(
            f"BEGIN:VEVENT\nUID:{d}\nDTSTART:{d}T090000\nDTEND:{d}T100000\nEND:VEVENT\n" for d in days
        )
        return f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n"

    put(run, "bookings/Salle Éole.ics", calendar("20260410", "20260710"))
    active = "select quarter from record.slices where is_active order by 1"
    assert ask(run, active) == [("2026-Q2",), ("2026-Q3",)]
    put(run, "bookings/Salle Éole.ics", calendar("20260410"))
    assert ask(run, active) == [("2026-Q2",)]
    assert ask(run, "select code from record.findings") == [("quarter_emptied",)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("absent.csv,2,working_time,1,0.5,erreur,Eva,2026-11-01,", "aucun fichier reçu ne porte ce nom"),
        ("Salle Éole.ics,2,starts_at,a,b,erreur,Eva,2026-11-01,", "aucune cellule de ce fichier"),
        ("a.csv,9,working_time,1,0.5,erreur,Eva,2026-11-01,", "n'existe pas dans le fichier"),
    ],
)
def test_a_correction_that_meets_nothing_stops_the_run_by_name(run: Run, line: str, reason: str) -> None:
    put(run, "declarations/a.csv", POSTS + JARDINS)
    put(
        run,
        "bookings/Salle Éole.ics",
        "BEGIN:VEVENT\nDTSTART:20260710T090000\nDTEND:20260710T100000\nEND:VEVENT\n",
    )
    correction(run, line)
    with pytest.raises(UsageError) as caught:
        receive.receive(run)
    assert reason in str(caught.value) and line.split(",")[0] in str(caught.value)
