"""Deliver: what was given to whom, and which folders still are what was given.

record/registry.jsonl    what any reader was ever given, with the amounts behind it (read by protection.registry)
record/deliveries.jsonl  who was given what, by whom, on which day
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from periscope.errors import UsageError
from periscope.files import file_hash
from periscope.reader_context import FILE_NAME, ReportContext
from periscope.reuse import files_of
from periscope.workspace import Run, Workspace
from release import place, record, registry
from release.export import TOLD
from release.record import INTERNAL


def deliver(run: Run, reader: str, by: str, render: Callable[[Path], None] = lambda folder: None) -> None:
    """Record that `reader` is given its folder, whose pages then no longer say draft.

    Written before the folder is put in place: cut short, what may have been given is on the record. Raises UsageError
    when there is no such folder.
    """
    base = run.workspace.published / str(run.quarter)
    if reader == INTERNAL or reader not in readers(base):
        raise UsageError(
            f"Aucun dossier à remettre à « {reader} » pour {run.quarter}. Dossiers publiés : "
            f"{', '.join(r for r in readers(base) if r != INTERNAL) or 'aucun'}."
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


def _end_draft(folder: Path, render: Callable[[Path], None]) -> bool:
    """The same figures on pages that say draft no more; False when they do not say it (closed, delivered before)."""
    if not (folder / FILE_NAME).exists() or not (context := ReportContext.load(folder)).is_draft:
        return False
    (folder / FILE_NAME).write_text(_given(context).to_json() + "\n", encoding="utf-8")
    render(folder)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["files"] = {name: file_hash(folder / name) for name in manifest["files"]}
    path.write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    return True


def _given(context: ReportContext) -> ReportContext:
    return replace(context, is_draft=False, delivered_on=None)


def readers(base: Path) -> list[str]:
    """Every reader's folder of a quarter."""
    return sorted(p.name for p in base.iterdir() if p.is_dir()) if base.is_dir() else []


def last(workspace: Workspace, quarter: str) -> dict[str, dict[str, str]]:
    """The last delivery of a quarter to each reader."""
    lines = record.read_lines(registry.deliveries_path(workspace))
    return {line["reader"]: line for line in lines if line["quarter"] == quarter}


def days(workspace: Workspace, quarter: str) -> dict[str, date]:
    """The day of the last delivery of a quarter to each reader."""
    return {reader: date.fromisoformat(line["on"]) for reader, line in last(workspace, quarter).items()}


def put_back(run: Run, folder: Path) -> bool:
    """Where a draft says nothing but what its reader was given, put what was given in its place, byte for byte.

    Only the day of the run may differ. What the amounts behind it have become counts too: the registry must know them.
    """
    given = run.workspace.published / str(run.quarter) / folder.name
    delivered = last(run.workspace, str(run.quarter)).get(folder.name)
    manifest = given / "manifest.json"
    if not delivered or not manifest.exists() or file_hash(manifest) != delivered["manifest"]:
        return False
    files = files_of(given)
    del files["manifest.json"]
    if files != json.loads(manifest.read_text(encoding="utf-8"))["files"] or not _says_the_same(
        folder, given
    ):
        return False
    behind = [registry.entries([one], one.parent / INTERNAL) for one in (folder, given)]
    if behind[0] != behind[1]:
        return False
    shutil.rmtree(folder)
    shutil.copytree(given, folder)
    return True


def _says_the_same(draft: Path, given: Path) -> bool:
    contexts = [ReportContext.load(one) if (one / FILE_NAME).exists() else None for one in (draft, given)]
    if contexts[0] is None or contexts[1] is None or not contexts[0].is_draft:
        return False
    return _given(replace(contexts[0], as_of=contexts[1].as_of)) == contexts[1] and all(
        (draft / name).read_bytes() == (given / name).read_bytes() for name in TOLD
    )
