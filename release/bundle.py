"""The proof bundle of one reader: its folder, the definitions, the closing, and a verifier that needs Python only.

The archive is written in one way only (stored, sorted, one date), so that the verifier can write it again and compare:
any changed byte, even of the container, shows.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from periscope import catalogue

_EPOCH = (1980, 1, 1, 0, 0, 0)
_VERIFIER = Path(__file__).with_name("verifier.py")


def write(path: Path, folder: Path, closing: dict[str, Any]) -> None:
    """Write <reader>.zip from a closed folder."""
    entries = {
        f"{folder.name}/{p.relative_to(folder).as_posix()}": p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file()
    }
    entries["definitions.csv"] = catalogue.CATALOGUE.read_bytes()
    entries["verifier.py"] = _VERIFIER.read_bytes()
    entries["closing.json"] = _json(closing)
    entries["contents.json"] = _json(
        {name: hashlib.sha256(data).hexdigest() for name, data in sorted(entries.items())}
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(entries.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
