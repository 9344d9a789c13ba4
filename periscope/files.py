"""Write a file whole or not at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

PARTIAL = ".partial"


def is_partial(path: Path) -> bool:
    """True for a file or folder that the house was still writing; a person's own `x.partial` is not hidden."""
    return path.name.startswith(".") and path.name.endswith(PARTIAL)


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step, mode 0600, on the disk before the old content goes."""
    partial = path.with_name(f".{path.name[:200]}{PARTIAL}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
