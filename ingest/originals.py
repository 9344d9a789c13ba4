"""Check landed originals against their hashes and the journal; put back from the inbox what can be."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from ingest import landing
from periscope.doctor import Report
from periscope.files import file_hash, write_whole
from periscope.workspace import Workspace


def check(workspace: Workspace, report: Report) -> None:
    """Add to `report` what is mended and what is lost."""
    _check_journal(workspace, report)
    copies: dict[str, Path] | None = None
    for file in landing.landed_files(workspace):
        path = file.path(workspace)
        if path.is_file() and file_hash(path) == file.file_id:
            continue
        copies = _copies(workspace) if copies is None else copies
        if file.file_id in copies:
            write_whole(path, copies[file.file_id].read_bytes())
            report.mended.append(
                f"l'original de « {file.source_file} » était abîmé : il est repris de inbox/."
            )
        elif not file.is_withdrawn:
            report.lost.append(
                f"l'original de « {file.source_file} » est absent ou altéré. Remettez la copie de la sauvegarde, ou de son "
                "expéditeur, dans inbox/ puis relancez « periscope doctor » ; à défaut, retirez-le par « periscope withdraw »."
            )
    entries = landing.journal(workspace)
    known = {entry.file_id for entry in entries} | {entry.replaced_by for entry in entries}
    whole = landing.originals(workspace)
    for path in sorted(workspace.landed.iterdir()) if workspace.landed.is_dir() else ():
        # the journal, and those that were kept aside
        if path.name in known or path.name.startswith(workspace.journal.name):
            continue
        if path.name not in whole or file_hash(path) != path.name:
            path.unlink()
            report.mended.append(
                "un fichier reçu à moitié, que le journal ne connaît pas, est ôté de warehouse/landed."
            )
            continue
        copies = _copies(workspace) if copies is None else copies
        if path.name not in copies:
            apart = workspace.warehouse / "apart"
            apart.mkdir(mode=0o700, exist_ok=True)
            path.replace(apart / path.name)
            report.lost.append(
                f"un original entier, que le journal ne connaît pas, est mis de côté : warehouse/apart/{path.name}. Ouvrez-le ; "
                "s'il doit compter, remettez-le dans inbox/ sous son nom. Mieux : remettez warehouse/landed de la sauvegarde."
            )


def _copies(workspace: Workspace) -> dict[str, Path]:
    """Hash and place of the files of the inbox; one that cannot be read is no help."""
    found = {}
    for path in landing.inbox_files(workspace):
        with suppress(OSError):
            found[file_hash(path)] = path
    return found


def _check_journal(workspace: Workspace, report: Report) -> None:
    """Keep aside a journal of which some lines cannot be read, and go on with the others."""
    path = workspace.journal
    if not path.exists():
        return
    content = path.read_bytes()
    good, bad = [], []
    for number, line in enumerate(content.split(b"\n"), 1):
        try:
            good.append(landing.Entry(**json.loads(line)))
        except (ValueError, TypeError):
            if line:
                bad.append(number)
    if not bad and content.endswith(b"\n"):
        return
    landed: set[str] = set()
    kept = []
    for entry in good:
        if entry.event in (landing.LANDED, landing.ERASED):
            landed.add(entry.file_id)
        if entry.file_id in landed or entry.event == landing.REFUSED_AGAIN:
            kept.append(entry)
    aside = path.with_name(f"{path.name}.{hashlib.sha256(content).hexdigest()[:8]}")
    write_whole(aside, content)
    landing.rewrite(workspace, kept)
    report.lost.append(
        f"warehouse/landed/{path.name} : ligne(s) {', '.join(map(str, bad)) or 'dernière'} illisible(s) ; le journal d'avant est "
        f"gardé dans {aside.name}. Remettez warehouse/landed de la sauvegarde, ou relancez « periscope run » : les fichiers "
        "encore dans inbox/ seront reçus à nouveau."
    )
