"""Append-only records, and the hash-chained one of closings: each line of `record/closings.jsonl` names the previous hash.

What a publication adds to the records is written down before it is put in place, and appended once it is: a run that is
struck between the two is finished by the next command (`intend`, `settle`).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from periscope.files import file_hash, write_whole
from periscope.records import append, read_lines
from periscope.workspace import Workspace

__all__ = [
    "ACCEPTANCES",
    "CLOSINGS",
    "ORIGIN",
    "RESTATEMENTS",
    "Line",
    "append",
    "closings_path",
    "entry_hash",
    "intend",
    "last_hash",
    "read_lines",
    "settle",
]

#: the evaluator's own folder of a publication
INTERNAL = "internal"
#: name of a record and the line to add to it
Line = tuple[str, dict[str, Any]]
CLOSINGS, ACCEPTANCES, RESTATEMENTS = "closings.jsonl", "acceptances.jsonl", "restatements.jsonl"

#: What the first closing names as its previous one.
ORIGIN = "0" * 64


def closings_path(workspace: Workspace) -> Path:
    return workspace.record / CLOSINGS


def _intent(workspace: Workspace) -> Path:
    return workspace.record / "intent.json"


def intend(workspace: Workspace, quarter: str, base: Path, lines: list[Line]) -> None:
    """Write down the lines that `base`, put in place as the quarter's publication, adds to the records."""
    told = {
        "quarter": quarter,
        "manifest": file_hash(base / INTERNAL / "manifest.json"),
        "counts": {name: len(read_lines(workspace.record / name)) for name, _ in lines},
        "lines": lines,
    }
    workspace.record.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(_intent(workspace), json.dumps(told, ensure_ascii=False, sort_keys=True).encode())


def settle(workspace: Workspace) -> None:
    """Append what was intended and is not there yet; nothing when the publication that it tells of is not in place."""
    path = _intent(workspace)
    if not path.exists():
        return
    told = json.loads(path.read_text(encoding="utf-8"))
    manifest = workspace.published / told["quarter"] / INTERNAL / "manifest.json"
    if manifest.exists() and file_hash(manifest) == told["manifest"]:
        for name, count in told["counts"].items():
            mine = [line for other, line in told["lines"] if other == name]
            done = len(read_lines(workspace.record / name)) - count
            for line in mine[max(done, 0) :]:
                append(workspace.record / name, line)
    path.unlink()


def entry_hash(entry: dict[str, Any]) -> str:
    """Hash of a closing, its own hash left out."""
    told = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def last_hash(workspace: Workspace) -> str:
    closings = read_lines(closings_path(workspace))
    return str(closings[-1]["hash"]) if closings else ORIGIN
