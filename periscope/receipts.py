"""What is said about a file: its slices (the receipt), refusals and findings.

A slice is what one file says for one sender, one quarter and one kind; it is the unit that a corrected
file replaces. Rows read = rows accepted + rows refused, per slice and per file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Any

STATUS_ACCEPTED = "accepted"
STATUS_SUPERSEDED = "superseded"
STATUS_REFUSED_FILE = "refused_file"
STATUS_REFUSED_SLICE = "refused"
STATUS_ALREADY_RECEIVED = "already_received"
STATUS_WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Refusal:
    """One refused row, cell or file, told to its sender: reason and remedy are French sentences.

    `sender` is given by readers of files of several senders; else it is the one sender of the file.
    """

    row: int
    reason: str
    remedy: str
    sheet: str = ""
    column: str = ""
    value: str = ""
    code: str = ""
    sender: str = ""


@dataclass(frozen=True)
class Finding:
    """Something accepted that a person should know; never changes a value by itself. `sender` as in a refusal."""

    message: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    code: str = ""
    sender: str = ""


@dataclass
class Slice:
    """What one file says for one sender, quarter and kind. `sender` is a member_id, a room_id or raw text.

    `rows` are typed dicts that fit `periscope.tables.raw_columns`, each with `row_number` (physical line,
    header = 1). An empty list with `rows_read == 0` is an answer of nothing.
    """

    kind: str
    sender: str = ""
    sender_siren: str = ""
    quarter: str = ""
    sheet: str = ""
    #: what else a corrected file must share to replace this one: booking format, source and period of a turnover
    scope: str = ""
    sent_on: date | None = None
    rows_read: int = 0
    rows_refused: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rows_accepted(self) -> int:
        return self.rows_read - self.rows_refused

    def identity(self, file_id: str) -> str:
        """Stable id of the slice inside a file."""
        text = "\x1f".join(
            (file_id, self.sheet, self.kind, self.sender, self.sender_siren, self.quarter, self.scope)
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def content_hash(self) -> str:
        """Hash of what the rows say, wherever they stand: two files with the same rows are not two versions."""
        said = sorted(
            repr(sorted((k, str(v)) for k, v in row.items() if k != "row_number")) for row in self.rows
        )
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


@dataclass
class Reading:
    """All that a reader understood of one file. `kind_of_file` is a source id of `ingest.sources`.

    A file that cannot be used has no slice and one refusal (row 0) that says why and how to mend it.
    """

    kind_of_file: str = ""
    encoding: str = ""
    separator: str = ""
    slices: list[Slice] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    #: how each column was understood: (sheet, header, column or "", why) for `ingest --explain`
    columns: list[tuple[str, str, str, str]] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        return not self.slices
