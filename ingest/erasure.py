"""Erase one person from a whole workspace: files received, register, texts; what is computed from them is thrown away.

The originals give way to redacted copies; their hashes stay in the journal, to be refused for ever. A step cut short
is finished by asking again: nothing here fails on what is already erased.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from ingest import headers, landing, persons
from ingest.context import Context, fold
from ingest.erased_person import ErasedPerson
from ingest.redaction import Erasure, Redacted, mentions, redact
from ingest.register import build_context, read_register
from periscope import tables
from periscope.errors import PeriscopeError, UsageError, shown
from periscope.files import write_whole
from periscope.records import append, read_lines
from periscope.settings import FILE_NAME
from periscope.workspace import Run, Workspace

#: what warehouse/ keeps when a person is erased, with the analysts' notebooks: the rest is computed again
_KEPT = ("landed", "lock")


def person_of(workspace: Workspace, surname: str, first_name: str, born_on: date | None) -> ErasedPerson:
    """The person asked for. Raises UsageError without both names: half a name would erase other persons."""
    if not persons.normalised_words(surname) or not persons.normalised_words(first_name):
        raise UsageError(
            "Il faut le nom et le prénom de la personne à effacer. Rien n'a été modifié ; relancez « periscope erase »."
        )
    number = len(read_lines(_record(workspace))) + 1
    return ErasedPerson(surname, first_name, born_on, number, workspace.key)


def erase(run: Run, person: ErasedPerson, by: str, reason: str) -> int:
    """Redact every file and forget what was computed; returns the number of files changed.

    Figures are computed again by the caller. Closed quarters hold no name: they are left as they are.
    """
    workspace = run.workspace
    register = read_register(workspace)
    context = build_context(run, register, (run.history_start, run.quarter.last_day))
    redacted = _redact_landed(run, person, context, by, reason)
    rows = {name: content.rows for name, content in redacted.items()}
    count = len(redacted) + _redact_inbox(workspace, person, context, rows)
    _drop_corrections(workspace, register["corrections"], rows, context)
    for path in _kept_texts(workspace):
        found = redact(path, path.name, _erasure(context, person, path.name))
        if found is not None:
            write_whole(path, found.content)
            count += 1
    forget_computed(workspace)
    line = {"number": person.number, "by": by, "reason": reason, "on": run.as_of.isoformat(), "files": count}
    told = json.dumps(line, ensure_ascii=False, sort_keys=True)
    append(_record(workspace), json.loads(person.in_text(told)))
    return count


def traces(workspace: Workspace, person: ErasedPerson) -> list[str]:
    """Files of the workspace whose name or content still gives the whole name, archives opened."""
    return [
        path.relative_to(workspace.root).as_posix()
        for path in sorted(workspace.root.rglob("*"))
        if person.whole.search(path.name)
        or (path.is_file() and not path.is_symlink() and mentions(path, person))
    ]


def outcome(workspace: Workspace, person: ErasedPerson, count: int) -> str:
    """What to tell once all is computed again. Raises PeriscopeError naming the files that still bear the name."""
    left = traces(workspace, person)
    if left:
        raise PeriscopeError(
            "L'effacement est fait, mais ces fichiers nomment encore quelqu'un qui porte ce nom (un homonyme, un trimestre "
            "clos, un fichier ajouté depuis) ; voyez-les un à un :\n  " + "\n  ".join(map(shown, left))
        )
    if not count:
        return (
            "Aucun fichier ne contient ce nom : rien n'a été expurgé. Vérifiez l'orthographe du nom, du prénom et la date "
            "de naissance, puis recommencez s'il le faut. La demande est notée."
        )
    return (
        f"{count} fichier(s) expurgé(s) ; plus aucun fichier de l'espace de travail ne contient ce nom. Les fichiers "
        "d'origine seront refusés s'ils reviennent. Les sauvegardes faites avant ce jour le contiennent encore : "
        "détruisez-les et refaites-en une par « periscope backup ». Renvoyez aux membres des formulaires neufs "
        "(« periscope forms »)."
    )


def forget_computed(workspace: Workspace) -> None:
    """Remove all that is computed again, so that no byte of the old files stays: DuckDB, dbt, returns, forms, copies."""
    folders = (workspace.warehouse, workspace.returns, workspace.forms, workspace.exploration)
    for path in [path for folder in folders if folder.is_dir() for path in folder.iterdir()]:
        if path.name in _KEPT or path.suffix == ".ipynb":
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _record(workspace: Workspace) -> Path:
    return workspace.record / "erasures.jsonl"


def _kept_texts(workspace: Workspace) -> Iterator[Path]:
    yield workspace.root / FILE_NAME
    yield from sorted(workspace.exploration.rglob("*.ipynb"))
    for folder in (workspace.register, workspace.texts):
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _erasure(context: Context, person: ErasedPerson, name: str) -> Erasure:
    """The context of one file, with the corrections that its names received."""
    corrected: dict[tuple[str, int], dict[str, str]] = {}
    mine = {fold(name), fold(name.rsplit("/", 1)[-1])}
    of_names = _name_headers(context)
    for entry in context.corrections:
        if fold(entry.source_file) in mine and headers.key_of(entry.column) in of_names:
            corrected.setdefault((fold(entry.sheet), entry.row), {})[entry.old_value.strip()] = (
                entry.new_value
            )
    return Erasure(**vars(context), person=person, corrected=corrected)


def _name_headers(context: Context) -> set[str]:
    """Folded headers of the columns that name a holder."""
    names = {c.name for c in tables.SUPPORTED_PROJECTS.columns if c.type in ("person", "person_date")}
    known = headers.Headers([tables.SUPPORTED_PROJECTS], context).columns
    found = {text for text, name in known.items() if name in names}
    for mapping in context.mappings.values():
        found |= {headers.key_of(header) for header, column in mapping.columns.items() if column in names}
    return found


def _redact_landed(
    run: Run, person: ErasedPerson, context: Context, by: str, reason: str
) -> dict[str, Redacted]:
    """Redacted copies first, then the journal that names them, then the originals go: a crash loses nothing."""
    workspace = run.workspace
    found: dict[str, Redacted] = {}
    ids: dict[str, str] = {}
    for file in landing.landed_files(workspace):
        content = redact(file.path(workspace), file.source_file, _erasure(context, person, file.source_file))
        if content is not None:
            ids[file.file_id] = hashlib.sha256(content.content).hexdigest()
            write_whole(workspace.landed / ids[file.file_id], content.content)
            found[file.source_file] = content
    entries = [
        replace(
            entry,
            file_id=ids.get(entry.file_id, entry.file_id),
            source_file=person.in_text(entry.source_file),
            by=person.in_text(entry.by),
            reason=person.in_text(entry.reason),
        )
        for entry in landing.journal(workspace)
    ]
    last = entries[-1] if entries else None
    names = {entry.file_id: entry.source_file for entry in entries}
    for position, (old, new) in enumerate(ids.items(), 1):
        assert last is not None
        seq, batch = last.seq + position, last.batch + 1
        told = (person.in_text(by), person.in_text(reason))
        day = run.as_of.isoformat()
        entries.append(
            landing.Entry(seq, batch, landing.ERASED, old, names[new], day, *told, replaced_by=new)
        )
    if entries:
        landing.rewrite(workspace, entries)
    kept = {file.file_id for file in landing.landed_files(workspace)} | {workspace.journal.name}
    for path in workspace.landed.iterdir() if workspace.landed.is_dir() else ():
        if path.name not in kept:
            path.unlink()
    return found


def _redact_inbox(
    workspace: Workspace,
    person: ErasedPerson,
    context: Context,
    rows: dict[str, frozenset[tuple[str, int]]],
) -> int:
    """Redact the files of the inbox as their landed copies were, and their names."""
    count = 0
    for path in sorted(workspace.inbox.rglob("*"), reverse=True):
        if path.is_file() and not path.is_symlink():
            name = path.relative_to(workspace.inbox).as_posix()
            content = redact(path, name, _erasure(context, person, name))
            if content is not None:
                write_whole(path, content.content)
                rows[name] = content.rows
                count += 1
        new = path.with_name(person.in_text(path.name))
        if new != path:
            if new.exists():
                raise UsageError(
                    f"Deux fichiers de inbox/ porteraient le nom « {new.name} » une fois la personne effacée. Renommez "
                    "l'un d'eux, puis relancez « periscope erase » avec la même personne : il reprend où il en est."
                )
            path.rename(new)
    return count


def _drop_corrections(
    workspace: Workspace,
    ledger: list[dict[str, Any]],
    rows: dict[str, frozenset[tuple[str, int]]],
    context: Context,
) -> None:
    """Corrections of the person's name have no object any more, and would stop the next run."""
    path = workspace.register / "corrections.csv"
    of_names = _name_headers(context)
    gone = set()
    for line in ledger:
        for name, places in rows.items():
            is_here = fold(line["source_file"]) in (fold(name), fold(name.rsplit("/", 1)[-1]))
            sheet = fold(line["sheet"] or "")
            is_named = any(row == line["row"] and sheet in ("", where) for where, row in places)
            if is_here and is_named and headers.key_of(line["column"]) in of_names:
                gone.add(line["row_number"])
    if gone:
        lines = path.read_bytes().splitlines(keepends=True)
        write_whole(path, b"".join(text for number, text in enumerate(lines, 1) if number not in gone))
