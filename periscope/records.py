"""The append-only records of a workspace (record/*.jsonl), read line by line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from periscope.errors import PeriscopeError


class RecordError(PeriscopeError, ValueError):
    """A line of a record cannot be read: what follows from it would be told wrong."""

    def __init__(self, path: Path, number: int) -> None:
        self.number = number
        super().__init__(
            f"{path.parent.name}/{path.name}, ligne {number} : illisible. Rien n'a été modifié, la publication précédente est "
            "intacte. Lancez « periscope doctor », ou remettez ce fichier de la sauvegarde."
        )


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Every line of an append-only record; none when it does not exist yet.

    A last line that was cut short was never acknowledged: it is left out. Raises RecordError for any other.
    """
    if not path.exists():
        return []
    *whole, last = path.read_bytes().split(b"\n")
    found = []
    for number, line in enumerate(whole, 1):
        if (told := _object(line)) is None:
            raise RecordError(path, number)
        found.append(told)
    return found if (told := _object(last)) is None else [*found, told]


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def append(path: Path, entry: dict[str, Any]) -> None:
    """Add one line and make sure that it is on the disk; the record is as it was when the disk refuses."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = (json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n").encode()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        last = file.read().rpartition(b"\n")[2]
        size = file.seek(0, os.SEEK_END)
        if _object(last) is not None:
            line = b"\n" + line
        else:  # cut short
            size -= len(last)
        file.seek(size)
        try:
            file.truncate()
            while line:
                line = line[file.write(line) :]
            os.fsync(descriptor)
        except OSError:
            file.truncate(size)
            raise


def delivered_to(record: Path, quarter: str) -> list[str]:
    """Who holds the numbers of a quarter as they were: French words, from its closing and its deliveries."""
    found = [
        f"tous les lecteurs, à la clôture du {line['on']} par {line['by']}"
        for line in read_lines(record / "closings.jsonl")
        if line["quarter"] == quarter
    ]
    return found + [
        f"{line['reader']}, remis le {line['on']} par {line['by']}"
        for line in read_lines(record / "deliveries.jsonl")
        if line["quarter"] == quarter
    ]
