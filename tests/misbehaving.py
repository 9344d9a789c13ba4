"""Readers that hang, die or swell, for the tests of the contained process."""

from __future__ import annotations

import os
import time
from pathlib import Path

from ingest.context import Context


def hang(path: Path, name: str, context: Context) -> None:
    time.sleep(60)


def die(path: Path, name: str, context: Context) -> None:
    os.abort()


def swell(path: Path, name: str, context: Context) -> bytes:
    return b"x" * 2_000_000_000


def answer(path: Path, name: str, context: Context) -> str:
    print("a library that talks")
    return name


def read(path: Path, name: str, context: Context) -> None:
    raise ValueError(name)


def write(path: Path, name: str, context: Context) -> None:
    (path / "written").write_bytes(b"x")
