"""Check landed originals against their hashes and the journal; put back from the inbox what can be."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from ingest import landing
from periscope.doctor import Report
from periscope.files import write_whole
from periscope.workspace import Workspace


def check(workspace: Workspace, report: Report) -> None:
    """Add to `report` what is mended and what is lost."""
    is_whole = _check_journal(workspace, report)
    files = landing.landed_files(workspace)
    in_inbox: dict[str, Path] | None = None
    for file in files:
        path = file.path(workspace)
        if path.is_file() and landing.hash_file(path) == file.file_id:
            continue
        if in_inbox is None:
            in_inbox = _copies(workspace)
        if file.file_id in in_inbox:
            write_whole(path, in_inbox[file.file_id].read_bytes())
            report.mended.append(
                f"l'original de « {file.source_file} » était abîmé : il est repris de inbox/."
            )
        elif not file.is_withdrawn:
            report.lost.append(
                f"l'original de « {file.source_file} » est absent ou altéré. Remettez la copie de la sauvegarde, ou de son "
                "expéditeur, dans inbox/ puis relancez « periscope doctor » ; à défaut, retirez-le par « periscope withdraw »."
            )
    known = {file.file_id for file in files} | {"journal.jsonl"}
    for path in workspace.landed.iterdir() if is_whole and workspace.landed.is_dir() else ():
        if path.name not in known:
            path.unlink()
            report.mended.append(
                "un fichier reçu à moitié, que le journal ne connaît pas, est ôté de warehouse/landed."
            )


def _copies(workspace: Workspace) -> dict[str, Path]:
    """Hash and place of the files of the inbox; one that cannot be read is no help."""
    found = {}
    for path in landing.inbox_files(workspace):
        with suppress(OSError):
            found[landing.hash_file(path)] = path
    return found


def _check_journal(workspace: Workspace, report: Report) -> bool:
    """Drop the lines of the journal that cannot be read; False when there were some."""
    path = workspace.landed / "journal.jsonl"
    if not path.exists():
        return True
    good, bad = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        try:
            good.append(landing.Entry(**json.loads(line)))
        except (ValueError, TypeError):
            bad.append(number)
    if not bad:
        return True
    landed: set[str] = set()
    kept = []
    for entry in good:
        if entry.event in (landing.LANDED, landing.ERASED):
            landed.add(entry.file_id)
        if entry.file_id in landed or entry.event == landing.REFUSED_AGAIN:
            kept.append(entry)
    landing.rewrite(workspace, kept)
    report.lost.append(
        f"warehouse/landed/journal.jsonl : ligne(s) {', '.join(map(str, bad))} illisible(s), mises de côté. Restaurez une "
        "sauvegarde, ou relancez « periscope run » : les fichiers encore dans inbox/ seront reçus à nouveau."
    )
    return False
