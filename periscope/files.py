"""The files of the house: written whole or not at all, and CSV read by column."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterator
from itertools import zip_longest
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


def csv_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV file that we wrote, by column; the last columns of one that was cut short are empty."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        names = next(reader, [])
        # csv.DictReader takes three times as long
        yield from (dict(zip_longest(names, row[: len(names)], fillvalue="")) for row in reader if row)
