"""What lies in the inbox and cannot be received costs itself only: named with its cure, and the rest is read."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from expectations import gate
from ingest import inbox, landing, returns, sources
from periscope import state, summary
from periscope.workspace import Run
from tests.inbox import ask, put, small_pole
from tests.plain_rights import plain_rights

POSTS = "siren;quarter;post_ref;employer_siren;started_on;working_time\n"
JARDINS = "732829320;2026-Q3;P1;732829320;2025-01-01;1\n"
TOLD = "select source_file, reason, remedy, sender from record.refusals where code = 'kept_out' order by 1"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = small_pole(tmp_path / "pole")
    put(run, "declarations/a.csv", POSTS + JARDINS)
    return run


def kept_out(run: Run) -> list[tuple[str, str, str, str]]:
    """(name, reason, remedy, sender), with the file beside read and its receipt told once."""
    with plain_rights():
        told = [tuple(map(str, row)) for row in ask(run, TOLD)]
        statuses = ask(run, "select source_file, status from record.files order by 1")
    assert ("declarations/a.csv", "accepted") in statuses
    assert sorted(name for name, status in statuses if status == "refused_file") == [
        name for name, *_ in told
    ]
    assert len(landing.journal(run.workspace)) == 1
    return [(name, reason, remedy, sender) for name, reason, remedy, sender in told]


def test_a_name_that_is_not_utf8_is_shown_safely_and_may_be_mended(run: Run) -> None:
    box = os.fsencode(run.workspace.inbox / "declarations")
    Path(os.fsdecode(box + b"/atelier")).mkdir()
    bad = Path(os.fsdecode(box + b"/atelier/d\xe9claration.csv"))
    bad.write_text(POSTS + JARDINS.replace("732829320", "880878145"))
    assert not state.is_up_to_date(run)
    ((name, reason, remedy, sender),) = kept_out(run)
    assert (name, sender) == ("declarations/atelier/d\\xe9claration.csv", "atelier")
    assert "UTF-8" in reason and "Renommez" in remedy
    bad.rename(run.workspace.inbox / "declarations" / "declaration.csv")
    assert ask(run, TOLD) == []
    assert ask(run, "select count(*) from declarations.posts") == [(2,)]


def test_a_file_over_the_limit_is_not_copied_and_a_ledger_is(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = run.workspace.inbox / "declarations" / "enorme.csv"
    with huge.open("wb") as file:
        file.write(POSTS.encode())
        file.truncate(2_000_000_000)
    # hashing 2 GB is what a copy would begin with
    hashed: list[Path] = []
    true_hash = landing.file_hash
    monkeypatch.setattr(landing, "file_hash", lambda path: hashed.append(path) or true_hash(path))
    ((name, reason, remedy, _),) = kept_out(run)
    assert (name, reason, remedy) == (
        "declarations/enorme.csv",
        "Le fichier dépasse 100 Mo.",
        "Découpez-le par trimestre.",
    )
    assert huge not in hashed
    assert sum(path.stat().st_size for path in run.workspace.landed.iterdir()) < 10_000
    monkeypatch.setattr(sources, "_MOST_BYTES", 10)
    ledger = run.workspace.inbox / "revenue" / "732829320FEC20261231.txt"
    columns = "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate "
    columns += "EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
    ledger.write_text("\t".join(columns.split()) + "\r\n")
    files, kept = inbox.look(run.workspace)
    assert files == [ledger] and [one.name for one in kept] == [
        "declarations/a.csv",
        "declarations/enorme.csv",
    ]


def test_what_is_kept_out_is_told_in_status_and_returns(run: Run) -> None:
    put(run, "declarations/atelier/b.csv", POSTS)
    locked = run.workspace.inbox / "declarations" / "atelier" / "b.csv"
    locked.chmod(0)
    ((name, reason, remedy, sender),) = kept_out(run)
    assert (
        (name, sender) == ("declarations/atelier/b.csv", "atelier")
        and "droit" in reason
        and "chmod" in remedy
    )
    gate.check(run)
    returns.write_all(run)
    assert f"  {name} : {reason} {remedy}" in summary.status(run)
    assert "b.csv" in (run.workspace.returns / "2026-Q3" / "atelier.csv").read_text(encoding="utf-8")
    locked.chmod(0o600)
    assert ask(run, "select source_file from record.refusals where code = 'kept_out'") == []


def test_a_file_that_names_an_erased_person_is_told_in_the_returns(run: Run) -> None:
    """As what is kept out, it is refused whole, without a reader that says where."""
    ask(run, "select 1")
    (first,) = landing.journal(run.workspace)
    landing.append(run.workspace, [replace(first, seq=2, event=landing.REFUSED_AGAIN, file_id="f" * 64)])
    ask(run, "select 1")
    gate.check(run)
    returns.write_all(run)
    (told,) = run.workspace.returns.glob("*/expediteur-inconnu.csv")
    assert "effacement" in told.read_text(encoding="utf-8")


def test_folders_links_pipes_and_sockets_are_named(run: Run, tmp_path: Path) -> None:
    box = run.workspace.inbox
    closed = box / "revenue" / "ferme"
    closed.mkdir()
    os.mkfifo(box / "tube.csv")
    (tmp_path / "dehors.csv").write_text(POSTS + JARDINS)
    (box / "lien.csv").symlink_to(tmp_path / "dehors.csv")
    (box / "dossier").symlink_to(tmp_path)
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(box)  # the path of a socket must be short
    try:
        listening.bind("prise")
    finally:
        os.chdir(here)
        listening.close()
    closed.chmod(0)
    try:
        before = state.run_hash(run)
        told = {name: reason for name, reason, *_ in kept_out(run)}
    finally:
        closed.chmod(0o700)
    assert list(told) == ["dossier", "lien.csv", "prise", "revenue/ferme", "tube.csv"]
    assert "lien" in told["dossier"] and "lien" in told["lien.csv"]
    assert "ordinaire" in told["prise"] and "ordinaire" in told["tube.csv"]
    assert "Ce dossier ne peut pas être lu" in told["revenue/ferme"]
    (box / "lien.csv").unlink()
    assert state.run_hash(run) != before, "a run with one link less would be taken for one with nothing new"


def test_an_inbox_that_does_not_open_is_named_and_what_was_landed_stays(run: Run) -> None:
    ask(run, "select 1")
    run.workspace.inbox.chmod(0)
    try:
        ((name, reason, *_),) = kept_out(run)
    finally:
        run.workspace.inbox.chmod(0o700)
    assert (name, reason) == ("inbox", "Ce dossier ne peut pas être lu : votre compte n'en a pas le droit.")


def test_a_file_that_goes_or_changes_while_it_is_read_is_not_landed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("parti.csv", "change.csv"):
        put(run, name, POSTS)
    true_hash = landing.file_hash

    def hash_then_move(path: Path) -> str:
        found = true_hash(path)
        if path.name == "parti.csv":
            path.unlink()
        if path.name == "change.csv":
            path.write_text(POSTS + JARDINS)
        return found

    monkeypatch.setattr(landing, "file_hash", hash_then_move)
    _, kept = landing.land(run.workspace, run.as_of, frozenset())
    assert {one.name: one.why.reason for one in kept} == {
        "parti.csv": "Ce fichier a disparu pendant la lecture.",
        "change.csv": "Ce fichier changeait pendant sa lecture.",
    }
    assert [entry.source_file for entry in landing.journal(run.workspace)] == ["declarations/a.csv"]
    assert sorted(path.suffix for path in run.workspace.landed.iterdir()) == ["", ".jsonl"]


def test_a_hostile_name_is_spelt_out_on_the_terminal(run: Run) -> None:
    put(run, "declarations/\x1b[31m\u202exslx.\nRefusé (0).csv", "rien")
    ask(run, "select 1")
    gate.check(run)
    told = summary.status(run)
    assert "declarations/\\x1b[31m\\u202exslx.\\nRefusé (0).csv : " in told
    assert not set("\x1b\u202e") & set(told)
    shown_name = "declarations/\\x1b[31m\\u202exslx.\\nRefusé (0).csv"
    landing.withdraw(run.workspace, shown_name, run.as_of, "Eva", "étranger")
    assert landing.landed_files(run.workspace)[0].is_withdrawn


def test_a_hidden_file_is_told_and_what_a_system_leaves_is_not(run: Run) -> None:
    for name in (".DS_Store", "._a.csv", "~$a.xlsx", ".~lock.a.ods#"):
        put(run, f"declarations/{name}", "anything")
    assert kept_out(run) == []
    put(run, "declarations/.declaration.csv", POSTS + JARDINS)
    ((name, reason, remedy, _),) = kept_out(run)
    assert name == "declarations/.declaration.csv"
    assert "commence par un point" in reason and "sans le point" in remedy
