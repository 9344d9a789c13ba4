"""One table of one kind, found in a sheet."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.readers.grid import Block


@dataclass
class Part:
    """`block` is None when the sheet says nothing."""

    kind: str
    sheet: str
    block: Block | None
