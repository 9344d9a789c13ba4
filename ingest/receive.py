"""Receive what is new in the inbox, read it, and write what it says into the raw warehouse in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from tqdm import tqdm

from ingest import corrections, landing, sources
from ingest.context import Context
from ingest.inbox import KeptOut
from ingest.landing import LandedFile
from ingest.record import Recorder
from ingest.register import build_context, fingerprint, load_register, read_register
from periscope import receipts, tables, warehouse
from periscope.errors import PeriscopeError, UsageError, shown
from periscope.files import file_hash
from periscope.quarters import Quarter
from periscope.receipts import Reading, Refusal
from periscope.state import hash_tree
from periscope.workspace import Run, Workspace

#: the place, in a file, of what is said of the whole of it
_WHOLE_FILE = {"row_number": 0, "sheet": "", "column_name": "", "value": "", "sender": ""}
_ERASED = {
    "reason": "Ce fichier nomme une personne dont l'effacement a été demandé : il n'est plus reçu.",
    "remedy": "Retirez cette personne du fichier avant de le renvoyer, et supprimez-le de inbox/.",
}
#: of DuckDB, so that a ledger of ten million lines and a million bookings are read within 1.5 GB in all
_MEMORY_LIMIT = "1000MB"
#: sources whose reading depends on the days asked for: recurring events are expanded inside them
_WINDOWED = ("ics", "officernd")
#: sources that other files of the same export may complete; a file not understood yet may be one of them
_COMPLETED = ("survey", "survey_answers", "")


def receive(run: Run, on_new_files: Callable[[], None] = lambda: None) -> None:
    """Land, read and record. Nothing is kept of a run that stops midway: the next one starts again from the inbox.

    `on_new_files` is called once, as soon as there is something to read.
    """
    workspace = run.workspace
    register = read_register(workspace)
    start = run.history_start
    temporary = workspace.warehouse / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    _drop_foreign_schema(workspace.raw_database)
    with warehouse.connect(
        workspace.raw_database, temporary=temporary, memory_limit=_MEMORY_LIMIT
    ) as connection:
        connection.begin()
        warehouse.create_raw(connection)
        load_register(connection, register, range(start.year - 1, run.quarter.year + 2))
        landed, kept_out = landing.land(workspace, run.as_of, refused=_refused(connection))
        has_new = any(entry.event in (landing.LANDED, landing.RENAMED) for entry in landed)
        if has_new:
            on_new_files()
        new = {entry.file_id for entry in landed}
        context = build_context(run, register, (start, run.quarter.last_day))
        files = landing.landed_files(workspace)
        state = _state(context)
        wanted = _reading_ids(connection, files, context, state)
        _forget_arrivals(connection, workspace)
        done = dict(connection.execute("select file_id, reading_id from record.files").fetchall())
        # a withdrawn file is never read again: what it said once stays on the record
        to_read = [
            file
            for file in files
            if done.get(file.file_id) != wanted[file.file_id]
            and not (file.is_withdrawn and file.file_id in done)
        ]
        recorder = Recorder(connection)
        recorder.forget([file.file_id for file in to_read])
        if to_read and not has_new:
            on_new_files()
        for file in to_read:
            if file.file_id not in new:
                _check_original(workspace, file)
        readings = _readings(connection, run, to_read, context)
        for file, reading in tqdm(
            readings, "Lecture", len(to_read), unit="fichier", disable=None, leave=False
        ):
            reading.findings += corrections.unanswered(file.source_file, context, reading)
            status = receipts.STATUS_REFUSED_FILE if reading.is_refused else receipts.STATUS_ACCEPTED
            size = path.stat().st_size if (path := file.path(workspace)).exists() else 0
            recorder.store(
                file, size, _reading_id(file, reading.kind_of_file, context, state), reading, status
            )
        _record_arrivals(recorder, workspace)
        _record_kept_out(recorder, kept_out, run.as_of)
        recorder.flush()
        names = [entry.source_file for entry in landing.journal(workspace)]
        _refuse_stale_corrections(connection, corrections.without_file(names, context))
        for file in files:
            if file.is_withdrawn:
                connection.execute(
                    "update record.files set status = ? where file_id = ? and status <> ?",
                    [receipts.STATUS_WITHDRAWN, file.file_id, receipts.STATUS_ALREADY_RECEIVED],
                )
        workspace.pin_key()
        connection.commit()
    sources.write_proposals(workspace.returns / str(run.quarter), context)


def _forget_arrivals(connection: warehouse.Connection, workspace: Workspace) -> None:
    """Files that came without being landed are told anew from the journal; what is no longer landed is forgotten."""
    connection.execute("delete from record.files where status = ?", [receipts.STATUS_ALREADY_RECEIVED])
    landed = [file.file_id for file in landing.landed_files(workspace)]
    gone = connection.execute(
        "select file_id from record.files where file_id not in (select unnest(?))", [landed]
    ).fetchall()
    Recorder(connection).forget([row[0] for row in gone])


def _record_arrivals(recorder: Recorder, workspace: Workspace) -> None:
    """Files received twice, and originals refused because they name an erased person."""
    for entry in landing.journal(workspace):
        here = {"file_id": entry.file_id, "source_file": entry.source_file}
        file = here | {"landed_seq": entry.seq, "landed_on": entry.landed_on}
        if entry.event == landing.ALREADY_RECEIVED:
            recorder.add("record.files", file | {"status": receipts.STATUS_ALREADY_RECEIVED})
        elif entry.event == landing.REFUSED_AGAIN:
            recorder.add("record.files", file | {"status": receipts.STATUS_REFUSED_FILE})
            recorder.add("record.refusals", here | _WHOLE_FILE | {"code": "erased_person"} | _ERASED)


def _record_kept_out(recorder: Recorder, kept_out: list[KeptOut], as_of: date) -> None:
    """What lies in the inbox and was not landed: a refusal each, under the hash of its name; forgotten by the next run."""
    for one in kept_out:
        file_id = hashlib.sha256(f"inbox/{one.name}".encode()).hexdigest()
        here = {"file_id": file_id, "source_file": one.name}
        recorder.add("record.files", here | {"landed_on": as_of, "status": receipts.STATUS_REFUSED_FILE})
        said = {"reason": one.why.reason, "remedy": one.why.remedy, "sender": one.sender}
        recorder.add("record.refusals", here | _WHOLE_FILE | {"code": "kept_out"} | said)


def _refuse_stale_corrections(connection: warehouse.Connection, without_file: list[str]) -> None:
    """A correction that no longer meets its old value stops the run by name: the ledger must be read again."""
    stale = connection.execute(
        "select distinct message from record.findings where code = ? order by 1", [corrections.MISMATCH]
    ).fetchall()
    messages = [*(row[0] for row in stale), *without_file]
    if messages:
        raise UsageError(
            "Le registre des corrections ne correspond plus aux fichiers ; rien n'a été modifié.\n  "
            + "\n  ".join(map(shown, messages))
        )


def _drop_foreign_schema(path: Path) -> None:
    """The raw warehouse can always be read again from the originals: another version's tables are dropped whole."""
    mark = path.with_suffix(".schema")
    schema = hashlib.sha256(repr(warehouse.raw_tables()).encode()).hexdigest()
    if path.exists() and (not mark.exists() or mark.read_text(encoding="ascii") != schema):
        warehouse.remove(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(schema, encoding="ascii")


def _refused(connection: warehouse.Connection) -> frozenset[str]:
    rows = connection.execute(
        "select file_id from record.files where status = ?", [receipts.STATUS_REFUSED_FILE]
    )
    return frozenset(row[0] for row in rows.fetchall())


def _reading_ids(
    connection: warehouse.Connection, files: list[LandedFile], context: Context, state: str
) -> dict[str, str]:
    kinds = dict(connection.execute("select file_id, kind_of_file from record.files").fetchall())
    return {file.file_id: _reading_id(file, kinds.get(file.file_id, ""), context, state) for file in files}


def _state(context: Context) -> str:
    """What every reading depends on: register, settings, the reading code."""
    here = Path(__file__).parent
    return f"{fingerprint(context)} {hash_tree([here, Path(tables.__file__)], here.parent)}"


def _reading_id(file: LandedFile, kind: str, context: Context, state: str) -> str:
    """What one reading depends on besides: content, name, the window of calendars, the files that complete it."""
    window = context.window if kind in _WINDOWED else ""
    others = [(name, path.name) for name, path in context.companions] if kind in _COMPLETED else ""
    parts = (file.file_id, file.source_file, state, str(window), str(others))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _readings(
    connection: warehouse.Connection, run: Run, files: list[LandedFile], context: Context
) -> Iterator[tuple[LandedFile, Reading]]:
    """Each file and what it says. Accounting exports come last, several at a time; their lines are inserted already."""
    ledgers = []
    for file in files:
        path = file.path(run.workspace)
        if file.is_withdrawn or not path.exists():
            yield file, _without_original(file)
            continue
        source = sources.recognise(path, file.source_file, context)
        if source is not None and source.id == "fec":
            ledgers.append(file)
        else:
            yield file, _read(source, path, file, context)
    if ledgers:
        from ingest.readers import fec_ahead

        named = [(file.path(run.workspace), file.source_file, file.file_id) for file in ledgers]
        yield from zip(ledgers, fec_ahead.load_many(connection, named, context), strict=True)


def _check_original(workspace: Workspace, file: LandedFile) -> None:
    """Raises PeriscopeError when the original received in an earlier run has changed since."""
    path = file.path(workspace)
    if path.exists() and file_hash(path) != file.file_id:
        raise PeriscopeError(
            f"L'original de « {file.source_file} » dans warehouse/landed n'est plus celui qui est arrivé. Rien n'a été modifié, la "
            "publication précédente est intacte. Lancez « periscope doctor » : il le reprend de inbox/, ou dit quoi faire."
        )


def _read(source: sources.Source | None, path: Path, file: LandedFile, context: Context) -> Reading:
    reading = sources.read_as(source, path, file.source_file, context)
    for piece in reading.slices:
        if piece.quarter:
            piece.quarter = str(Quarter.parse(piece.quarter))
        if piece.kind == "bookings" and not piece.scope:
            # a corrected log replaces an earlier one of its own format only
            piece.scope = str(piece.rows[0]["format"]) if piece.rows else reading.kind_of_file
    return reading


def _without_original(file: LandedFile) -> Reading:
    """A withdrawn file needs no original. Raises UsageError for any other."""
    if file.is_withdrawn:
        return Reading(refusals=[Refusal(0, "Fichier retiré.", "Rien à faire.", code="refused_file")])
    raise UsageError(
        f"L'original de « {shown(file.source_file)} » n'est plus dans warehouse/landed. La publication précédente est intacte. "
        "Lancez « periscope doctor » : il le reprend de inbox/, ou dit quoi faire."
    )


def explain(run: Run, path: Path) -> str:
    """How each column of a file would be understood; nothing is received. Raises UsageError when it is not there."""
    from ingest.readers import survey

    if not path.is_file():
        raise UsageError(f"{path} n'existe pas. Donnez le chemin d'un fichier.")
    inbox = run.workspace.inbox
    name = (
        path.absolute().relative_to(inbox).as_posix() if path.absolute().is_relative_to(inbox) else path.name
    )
    register = read_register(run.workspace)
    return survey.explain(path, name, build_context(run, register, (run.history_start, run.quarter.last_day)))
