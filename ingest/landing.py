"""Land files unchanged by content hash. The journal, append-only, is the order in which they arrived.

Everything else in the warehouse can be rebuilt from the journal, the landed originals and the register.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from ingest import inbox
from ingest.unreadable import Unreadable
from periscope.errors import PeriscopeError, UsageError, shown
from periscope.files import file_hash
from periscope.records import RecordError, read_lines
from periscope.workspace import Workspace

_ID = re.compile(r"[0-9a-f]{64}")
LANDED, ALREADY_RECEIVED, RENAMED, WITHDRAWN = "landed", "already_received", "renamed", "withdrawn"
#: an original that named an erased person, what a person sent of it again, and an original past its retention
ERASED, REFUSED_AGAIN, PURGED = "erased", "refused_again", "purged"


@dataclass(frozen=True)
class Entry:
    """One line of the journal. `batch` numbers the run that wrote it; `source_file` is relative to inbox/."""

    seq: int
    batch: int
    event: str
    file_id: str
    source_file: str
    landed_on: str
    by: str = ""
    reason: str = ""
    #: of an erased original: the redacted copy that took its place
    replaced_by: str = ""


@dataclass(frozen=True)
class LandedFile:
    """A file in the record: the name it was read under, and whether it was withdrawn."""

    file_id: str
    source_file: str
    seq: int
    batch: int
    landed_on: str
    is_withdrawn: bool

    def path(self, workspace: Workspace) -> Path:
        return workspace.landed / self.file_id


def journal(workspace: Workspace) -> list[Entry]:
    """Every entry, oldest first. Raises RecordError: it is written whole, so that no crash cuts a line of it."""
    path = workspace.journal
    entries = []
    for number, line in enumerate(read_lines(path), 1):
        try:
            entries.append(Entry(**line))
        except TypeError:
            raise RecordError(path, number) from None
    if path.exists() and not path.read_bytes().endswith(b"\n"):
        raise RecordError(path, len(entries) + 1)
    return entries


def append(workspace: Workspace, entries: list[Entry]) -> None:
    """Write the whole journal again, with `entries` at its end, in one atomic step."""
    if entries:
        rewrite(workspace, [*journal(workspace), *entries])


def rewrite(workspace: Workspace, entries: list[Entry]) -> None:
    """Put these entries in place of the journal, in one atomic step."""
    path = workspace.journal
    lines = [json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True) for entry in entries]
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def landed_files(workspace: Workspace) -> list[LandedFile]:
    """The files of the record in landing order, under the last name each was read with."""
    files: dict[str, LandedFile] = {}
    for entry in journal(workspace):
        if entry.event == LANDED:
            files[entry.file_id] = LandedFile(
                entry.file_id, entry.source_file, entry.seq, entry.batch, entry.landed_on, False
            )
        elif entry.event == RENAMED:
            old = files[entry.file_id]
            files[entry.file_id] = LandedFile(
                old.file_id, entry.source_file, old.seq, old.batch, old.landed_on, old.is_withdrawn
            )
        elif entry.event == WITHDRAWN:
            old = files[entry.file_id]
            files[entry.file_id] = LandedFile(
                old.file_id, old.source_file, old.seq, old.batch, old.landed_on, True
            )
        elif entry.event == PURGED:
            files.pop(entry.file_id)
    return list(files.values())


def inbox_files(workspace: Workspace) -> list[Path]:
    """Files of the inbox in a stable order; hidden files and office lock files are not files that people send."""
    found = [
        path
        for path in workspace.inbox.rglob("*")
        if path.is_file() and not path.is_symlink() and not path.name.startswith((".", "~$"))
    ]
    return sorted(found, key=lambda path: path.relative_to(workspace.inbox).as_posix())


def land(
    workspace: Workspace, as_of: date, refused: frozenset[str]
) -> tuple[list[Entry], list[inbox.KeptOut]]:
    """Copy what is new in the inbox and write it in the journal; returns the new entries, and what is kept out.

    What is kept out is not in the journal: it is told at each run for as long as it lies there.

    `refused` are the file_ids that could not be read: under a new name they get another chance (the name of a FEC
    says who sent it). An original that named an erased person is never received again.
    """
    workspace.landed.mkdir(parents=True, exist_ok=True)
    past = journal(workspace)
    banned = {entry.file_id for entry in past if entry.event == ERASED}
    known = {(entry.file_id, entry.source_file) for entry in past if entry.event != ERASED}
    landed = {entry.file_id for entry in past}
    batch = max((entry.batch for entry in past), default=0) + 1
    new: list[Entry] = []
    files, kept_out = inbox.look(workspace)
    for path in files:
        name = path.relative_to(workspace.inbox).as_posix()
        event = LANDED
        try:
            file_id = _hash(path)
            if (file_id, name) in known:
                continue
            if file_id in banned:
                event = REFUSED_AGAIN
            elif file_id in landed:
                event = RENAMED if file_id in refused else ALREADY_RECEIVED
            else:
                _copy(path, workspace.landed / file_id)
        except Unreadable as why:
            kept_out.append(inbox.KeptOut(name, why))
            continue
        landed.add(file_id)
        known.add((file_id, name))
        new.append(Entry(len(past) + len(new) + 1, batch, event, file_id, name, as_of.isoformat()))
    if originals(workspace) - landed - {entry.replaced_by for entry in past}:
        raise PeriscopeError(
            "warehouse/landed garde des originaux que le journal des arrivées ne connaît pas et qui ne sont plus dans inbox/ : "
            "des lignes du journal manquent. Rien n'a été modifié, la publication précédente est intacte. Lancez « periscope "
            "doctor », ou remettez warehouse/landed de la sauvegarde."
        )
    append(workspace, new)
    return new, kept_out


def _hash(path: Path) -> str:
    """As `file_hash`. Raises Unreadable."""
    try:
        return file_hash(path)
    except OSError as error:
        raise inbox.unreadable(error, "Ce fichier") from None


def originals(workspace: Workspace) -> set[str]:
    """The ids of the originals that are there, whole: each is named by its hash once it is written."""
    folder = workspace.landed
    return {path.name for path in folder.iterdir() if _ID.fullmatch(path.name)} if folder.is_dir() else set()


def _copy(source: Path, target: Path) -> None:
    """Copy a file to the place of its hash. Raises Unreadable when it cannot be read to its end, or has changed."""
    partial = target.with_suffix(".partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as writer:
            digest = hashlib.sha256()
            for block in inbox.blocks(source):
                digest.update(block)
                writer.write(block)
            if digest.hexdigest() != target.name:
                raise Unreadable("Ce fichier changeait pendant sa lecture.", "Relancez quand il est complet.")
            writer.flush()
            os.fsync(writer.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def withdraw(workspace: Workspace, name: str, as_of: date, by: str, reason: str) -> None:
    """Take a landed file out of use, on the record; `name` is its path in the inbox, or its last part when unique."""
    files = [f for f in landed_files(workspace) if not f.is_withdrawn]
    found = [f for f in files if name in (f.source_file, shown(f.source_file))] or [
        f for f in files if f.source_file.split("/")[-1] == name
    ]
    if len(found) != 1:
        count = f"{len(found)} fichiers reçus portent" if found else "aucun fichier reçu ne porte"
        raise UsageError(
            f"{count} le nom « {shown(name)} ». Donnez son chemin dans inbox/, tel que « periscope status » le montre."
        )
    past = journal(workspace)
    last = past[-1]
    append(
        workspace,
        [
            Entry(
                last.seq + 1,
                last.batch + 1,
                WITHDRAWN,
                found[0].file_id,
                found[0].source_file,
                as_of.isoformat(),
                by,
                reason,
            )
        ],
    )
