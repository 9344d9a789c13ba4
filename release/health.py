"""Check closings and published folders; put back, file by file, what one of the two copies of a closed quarter still has."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from periscope.doctor import Report
from periscope.errors import GateError, UsageError
from periscope.files import file_hash, write_whole
from periscope.records import RecordError
from periscope.workspace import Workspace
from release import record, registry, verifier, verify
from release.record import INTERNAL


def check(workspace: Workspace, report: Report) -> None:
    """Add to `report` what is mended, what is lost, and the open quarters to publish again."""
    damaged = []
    for path in sorted(workspace.record.glob("*.jsonl")):
        try:
            record.read_lines(path)
        except RecordError as error:
            damaged.append(path.name)
            report.lost.append(
                f"record/{path.name}, ligne {error.number} : illisible. Remettez-le de la sauvegarde."
            )
    if record.CLOSINGS in damaged:
        return
    _find_lost_closings(workspace, report)
    closings = record.read_lines(record.closings_path(workspace))
    report.lost += [f"{text}. Remettez-le de la sauvegarde." for text in verify.chain_problems(workspace)]
    for closing in closings:
        _check_closed(workspace, closing, report)
    closed = {closing["quarter"] for closing in closings}
    for folder in sorted(workspace.published.iterdir()) if workspace.published.is_dir() else ():
        if folder.is_dir() and folder.name not in closed and not _is_whole(folder):
            report.quarters.add(folder.name)
            report.mended.append(
                f"published/{folder.name} ne correspondait plus à son manifeste : il est publié à nouveau."
            )
    if not damaged and not report.lost:  # the registry is held against closed folders that are whole
        try:
            registry.gate(workspace)
        except GateError as error:
            report.lost.append(str(error))


def _find_lost_closings(workspace: Workspace, report: Report) -> None:
    """Closings that the record lost but that their own proof bundles tell, as long as they follow one another."""
    known = {line["quarter"] for line in record.read_lines(record.closings_path(workspace))}
    lost = {}
    for frozen in sorted((workspace.record / "closed").glob("*-Q?")):
        manifests = [
            place / frozen.name / INTERNAL / "manifest.json" for place in (workspace.published, frozen.parent)
        ]
        hashes = [file_hash(path) if path.is_file() else "" for path in manifests]
        # another publication in its place: the closing was cut short, and the quarter is still open
        if frozen.name not in known and hashes[0] == hashes[1] != "":
            lost[frozen.name] = _told_closing(frozen / f"{INTERNAL}.zip")
    while following := [
        quarter for quarter, told in lost.items() if told.get("previous") == record.last_hash(workspace)
    ]:
        told = lost.pop(following[0])
        if told.get("hash") != record.entry_hash(told):
            lost[following[0]] = {}
            continue
        record.append(record.closings_path(workspace), told)
        report.mended.append(
            f"la clôture de {following[0]} manquait au registre : elle est reprise de sa preuve."
        )
    report.lost += [
        f"record/closings.jsonl ne dit plus que {quarter} est clos, et sa preuve ne suit pas la dernière ligne. "
        "Remettez-le de la sauvegarde."
        for quarter in lost
    ]


def _told_closing(bundle: Path) -> dict[str, Any]:
    """The closing that a proof bundle tells; empty when it cannot be read."""
    try:
        with zipfile.ZipFile(bundle) as archive:
            return dict(json.loads(archive.read("closing.json")))
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return {}


def _check_closed(workspace: Workspace, closing: dict[str, Any], report: Report) -> None:
    """Both copies of a closed quarter against its closing."""
    quarter = str(closing["quarter"])
    places = [workspace.published / quarter, workspace.record / "closed" / quarter]
    for reader, expected in closing["readers"].items():
        _mend(places, f"{reader}/manifest.json", expected, report)
        manifests = [place / reader / "manifest.json" for place in places]
        whole = next((path for path in manifests if path.is_file() and file_hash(path) == expected), None)
        if whole is None:
            continue
        files: dict[str, str] = json.loads(whole.read_text(encoding="utf-8"))["files"]
        for name, digest in sorted(files.items()):
            _mend(places, f"{reader}/{name}", digest, report)
        for place in places:
            _remove_strangers(place / reader, files, report)
        good = next(
            (place / f"{reader}.zip" for place in places if _is_bundle(place / f"{reader}.zip")), None
        )
        _mend(places, f"{reader}.zip", file_hash(good) if good else "", report)


def _is_bundle(path: Path) -> bool:
    try:
        return path.is_file() and not verifier.problems(path)
    except (OSError, ValueError):
        return False


def _mend(places: list[Path], name: str, expected: str, report: Report) -> None:
    """Copy `name` from the place where it has its hash to the place where it has not."""
    is_good = [(place / name).is_file() and file_hash(place / name) == expected for place in places]
    if all(is_good):
        return
    if not any(is_good):
        report.lost.append(
            f"{places[0].name}/{name}, trimestre clos : aucune copie n'est intacte. Remettez la sauvegarde."
        )
        return
    source, target = places if is_good[0] else reversed(places)
    (target / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(target / name, (source / name).read_bytes())
    where = "published" if target == places[0] else "record/closed"
    report.mended.append(
        f"{where}/{target.name}/{name}, trimestre clos, était altéré : il est remis comme à la clôture."
    )


def _remove_strangers(folder: Path, files: dict[str, str], report: Report) -> None:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in files and name != "manifest.json":
            path.unlink()
            report.mended.append(
                f"un fichier étranger à la clôture de {folder.parent.name} ({folder.name}) est ôté."
            )


def _is_whole(base: Path) -> bool:
    """True when every reader's folder holds what its manifest lists, and nothing else."""
    folders = [path for path in base.iterdir() if path.is_dir()]
    for folder in folders:
        try:
            files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {
            "manifest.json"
        }
        if present != files.keys() or any(
            file_hash(folder / name) != digest for name, digest in files.items()
        ):
            return False
    return bool(folders)


def closed_quarters(workspace: Workspace) -> set[str]:
    """Quarters that are closed. Raises UsageError when the record cannot be read."""
    try:
        return {str(line["quarter"]) for line in record.read_lines(record.closings_path(workspace))}
    except ValueError as error:
        raise UsageError("record/closings.jsonl est illisible. Lancez « periscope doctor ».") from error
