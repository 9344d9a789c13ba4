"""Deliver and close: what was given to whom, and quarters frozen in a hash-chained, append-only record.

record/registry.jsonl    what any reader was ever given, with the amounts behind it (read by protection.registry)
record/deliveries.jsonl  who was given what, by whom, on which day
record/closings.jsonl    one line per closing: quarter, by, on, hash of each reader's manifest, previous hash, hash
record/closed/<quarter>/ the folders as they were closed, served for ever
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from periscope.errors import UsageError
from periscope.reader_context import FILE_NAME, ReportContext
from periscope.warehouse import Connection
from periscope.workspace import Run, Workspace
from release import bundle, place, publish, record, registry
from release.export import INTERNAL, file_hash


def is_closed(workspace: Workspace, quarter: str) -> bool:
    return publish.closing_of(workspace, quarter) is not None


def deliver(
    run: Run, reader: str, by: str, render: Callable[[list[Path]], None] = lambda folders: None
) -> None:
    """Record that `reader` is given its folder, whose pages then no longer say draft.

    Written before the folder is put in place: cut short, what may have been given is on the record. Raises UsageError
    when there is no such folder.
    """
    base = run.workspace.published / str(run.quarter)
    if reader == INTERNAL or reader not in _readers(base):
        raise UsageError(
            f"Aucun dossier à remettre à « {reader} » pour {run.quarter}. Dossiers publiés : "
            f"{', '.join(r for r in _readers(base) if r != INTERNAL) or 'aucun'}."
        )
    candidate = place.candidate_folder(run)
    shutil.copytree(base, candidate, dirs_exist_ok=True)
    folder = candidate / reader
    is_changed = _end_draft(folder, render)
    registry.add(run, [folder], candidate / INTERNAL, reader, by)
    record.append(
        registry.deliveries_path(run.workspace),
        {
            "quarter": str(run.quarter),
            "reader": reader,
            "by": by,
            "on": run.as_of.isoformat(),
            "manifest": file_hash(folder / "manifest.json"),
        },
    )
    if is_changed:
        place.put_in_place(run, candidate)


def _end_draft(folder: Path, render: Callable[[list[Path]], None]) -> bool:
    """The same figures on pages that say draft no more; False when they do not say it (closed, delivered before)."""
    if not (folder / FILE_NAME).exists() or not (context := ReportContext.load(folder)).is_draft:
        return False
    (folder / FILE_NAME).write_text(replace(context, is_draft=False).to_json() + "\n", encoding="utf-8")
    render([folder])
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["files"] = {name: file_hash(folder / name) for name in manifest["files"]}
    path.write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    return True


def close(connection: Connection, run: Run, by: str, render: Callable[[list[Path]], None]) -> dict[str, Any]:
    """Publish the quarter a last time, freeze it and chain the closing; returns its line.

    `connection` as for `publish.publish`, after `protection.masks.protect(…, is_closing=True)`. The line is written
    last: a closing cut short leaves the quarter open. Raises UsageError when it is closed already.
    """
    workspace, quarter = run.workspace, str(run.quarter)
    if is_closed(workspace, quarter):
        raise UsageError(
            f"{quarter} est déjà clos : un trimestre clos ne change plus. Vérifiez-le par « periscope verify »."
        )
    base = publish.publish(connection, run, render)
    readers = _readers(base)
    entry: dict[str, Any] = {
        "quarter": quarter,
        "by": by,
        "on": run.as_of.isoformat(),
        "readers": {reader: file_hash(base / reader / "manifest.json") for reader in readers},
        "previous": record.last_hash(workspace),
    }
    entry["hash"] = record.entry_hash(entry)
    given = [base / reader for reader in readers if reader != INTERNAL]
    registry.add(run, given, base / INTERNAL, "tous", by)
    for reader in readers:
        bundle.write(base / f"{reader}.zip", base / reader, entry)
    place.make_private_and_durable(base)
    _freeze(base, workspace.record / "closed" / quarter)
    record.append(record.closings_path(workspace), entry)
    return entry


def _readers(base: Path) -> list[str]:
    return sorted(p.name for p in base.iterdir() if p.is_dir()) if base.is_dir() else []


def _freeze(base: Path, frozen: Path) -> None:
    """Copy aside, then rename: a frozen quarter is whole or absent."""
    partial = frozen.with_name(f".{frozen.name}.partial")
    for folder in (partial, frozen):
        if folder.exists():
            shutil.rmtree(folder)
    shutil.copytree(base, partial)
    place.make_private_and_durable(partial)
    partial.rename(frozen)
