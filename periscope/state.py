"""One hash of everything a publication depends on, so that a run with nothing new ends at once."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from periscope.files import write_whole
from periscope.models import PROJECT
from periscope.workspace import Run

_CODE = (
    "periscope",
    "ingest",
    "expectations",
    "impact",
    "protection",
    "reports",
    "release",
    "models",
    "macros",
    "seeds",
    "notebooks",
    "dbt_project.yml",
    "profiles.yml",
    "requirements.lock",
)


def hash_tree(folders: list[Path], base: Path) -> str:
    """Hash of the names and bytes of everything under `folders`; folders that open and the interpreter's caches apart."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
            if "__pycache__" in path.parts or ".ipynb_checkpoints" in path.parts or _is_open_folder(path):
                continue
            digest.update(os.fsencode(path.relative_to(base)) + b"\0" + _content(path))
    return digest.hexdigest()


def _is_open_folder(path: Path) -> bool:
    try:
        next(path.iterdir(), None)
    except OSError:
        return False
    return not path.is_symlink()


def _content(path: Path) -> bytes:
    """Hash of a file; a mark for what has no bytes to read, which must not be opened (a pipe waits for ever)."""
    try:
        if not path.is_file():
            return b"no file"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b"unreadable"


@cache
def code_hash() -> str:
    """Hash of the program and of its libraries' versions: another one never reuses what an earlier one computed."""
    return hash_tree([PROJECT / name for name in _CODE], PROJECT)


def run_hash(run: Run) -> str:
    """Hash of the inbox, register, settings, texts, records, date, quarter and program of a run."""
    workspace = run.workspace
    inputs = [
        path
        for path in (
            workspace.root / "periscope.toml",
            workspace.register,
            workspace.inbox,
            workspace.texts,
            workspace.record,
            workspace.key_path,
            workspace.journal,
        )
        if path.exists()
    ]
    parts = [str(run.quarter), run.as_of.isoformat(), code_hash(), hash_tree(inputs, workspace.root)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _path(run: Run) -> Path:
    return run.workspace.warehouse / "state.json"


def _saved(run: Run) -> dict[str, Any]:
    """By quarter, what its publication was made from; nothing when the file is not as it was written."""
    try:
        saved = json.loads(_path(run).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return saved if isinstance(saved, dict) else {}


def is_up_to_date(run: Run) -> bool:
    """True when the last publication of the quarter was made from exactly these inputs and still stands."""
    saved = _saved(run).get(str(run.quarter))
    published = run.workspace.published / str(run.quarter)
    return (
        saved is not None
        and published.is_dir()
        and saved == [run_hash(run), hash_tree([published], published)]
    )


def remember(run: Run) -> None:
    """Note what the publication just put in place was made from."""
    published = run.workspace.published / str(run.quarter)
    saved = _saved(run) | {str(run.quarter): [run_hash(run), hash_tree([published], published)]}
    write_whole(_path(run), json.dumps(saved, sort_keys=True).encode())
