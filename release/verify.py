"""Check a proof bundle or a closed quarter: intact, altered (exit 3) or not verifiable (exit 2)."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from periscope.errors import GateError, UsageError
from periscope.files import file_hash
from periscope.settings import FILE_NAME
from periscope.workspace import Workspace
from release import record, verifier


def verify(path: Path, workspace: Workspace) -> str:
    """Say that `path` (a bundle .zip, or published/<quarter>) is intact.

    Raises GateError that names each file and quarter changed, UsageError when it cannot be verified.
    """
    if path.suffix == ".zip":
        try:
            found = verifier.problems(path) or _forged(path, _closings(workspace))
        except (OSError, ValueError) as error:
            raise UsageError(
                f"Non vérifiable : {error}. Indiquez un dossier de preuve (.zip) ou un trimestre clos."
            ) from error
    else:
        found = _quarter_problems(path, workspace)
    if found:
        raise GateError(f"{path.name} est ALTÉRÉ :\n  " + "\n  ".join(found))
    return f"{path.name} est intact : tout est comme à la clôture."


def workspace_of(path: Path, default: Path) -> Workspace:
    """The workspace given; outside of any, the one that published this quarter or this bundle of it."""
    quarter = path.parent if path.suffix == ".zip" else path
    root = quarter.parent.parent
    is_inside = quarter.parent.name == "published" and (root / FILE_NAME).is_file()
    return Workspace(root if is_inside and not (default / FILE_NAME).is_file() else default)


def _quarter_problems(path: Path, workspace: Workspace) -> list[str]:
    found = chain_problems(workspace)
    closing = next((line for line in _closings(workspace) if line["quarter"] == path.name), None)
    if closing is None:
        raise UsageError(
            f"Non vérifiable : « {path.name} » n'est pas un trimestre clos de cet espace de travail."
        )
    for base in (path, workspace.record / "closed" / path.name):
        found += _folder_problems(base, closing)
    return found


def _closings(workspace: Workspace) -> list[dict[str, Any]]:
    try:
        return record.read_lines(record.closings_path(workspace))
    except ValueError as error:
        raise UsageError(
            "Non vérifiable : record/closings.jsonl est illisible. Remettez-le de la sauvegarde."
        ) from error


def _forged(archive: Path, closings: list[dict[str, Any]]) -> list[str]:
    """A bundle whose every hash was written again agrees with itself, not with the record of this workspace."""
    with zipfile.ZipFile(archive) as content:
        told = json.loads(content.read("closing.json"))
    known = [line for line in closings if line["quarter"] == told["quarter"]]
    return [] if not known or told in known else ["closing.json : n'est pas la clôture du registre"]


def chain_problems(workspace: Workspace) -> list[str]:
    """Closings whose hash, or whose link to the previous one, does not hold."""
    found = []
    previous = record.ORIGIN
    try:
        closings = record.read_lines(record.closings_path(workspace))
    except ValueError:
        return ["record/closings.jsonl : ligne illisible"]
    for line in closings:
        if line.get("hash") != record.entry_hash(line) or line.get("previous") != previous:
            found.append(f"record/closings.jsonl : la clôture de {line.get('quarter')} a été modifiée")
        previous = str(line.get("hash"))
    return found


def _folder_problems(base: Path, closing: dict[str, Any]) -> list[str]:
    found = []
    where = "/".join(base.parts[-2:])
    for reader, expected in closing["readers"].items():
        manifest = base / reader / "manifest.json"
        if not manifest.exists() or file_hash(manifest) != expected:
            found.append(f"{where}/{reader}/manifest.json ({closing['quarter']})")
            continue
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        present = {
            p.relative_to(manifest.parent).as_posix() for p in manifest.parent.rglob("*") if p.is_file()
        }
        for name in sorted(files.keys() | present - {"manifest.json"}):
            if name not in present or files.get(name) != file_hash(manifest.parent / name):
                found.append(f"{where}/{reader}/{name} ({closing['quarter']})")
        archive = base / f"{reader}.zip"
        if not archive.exists() or verifier.problems(archive) or _forged(archive, [closing]):
            found.append(f"{where}/{reader}.zip ({closing['quarter']})")
    return found
