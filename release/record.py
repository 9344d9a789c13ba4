"""The append-only, hash-chained record of closings: `record/closings.jsonl`; each line names the previous one's hash."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from periscope.records import append, read_lines
from periscope.workspace import Workspace

__all__ = ["ORIGIN", "append", "closings_path", "entry_hash", "last_hash", "read_lines"]

#: What the first closing names as its previous one.
ORIGIN = "0" * 64


def closings_path(workspace: Workspace) -> Path:
    return workspace.record / "closings.jsonl"


def entry_hash(entry: dict[str, Any]) -> str:
    """Hash of a closing, its own hash left out."""
    told = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def last_hash(workspace: Workspace) -> str:
    closings = read_lines(closings_path(workspace))
    return str(closings[-1]["hash"]) if closings else ORIGIN
