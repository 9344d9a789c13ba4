"""What is said about a file: its slices (the receipt), refusals and findings.

A slice is what one file says for one sender, one quarter and one kind; it is the unit that a corrected
file replaces. Rows read = rows accepted + rows refused, per slice and per file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
#: rows of a long file that are dicts at the same time
_ROWS_AT_ONCE = 10_000

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


class Rows(Sequence[Row]):
    """Rows of a long file, kept as an Arrow table: a row becomes a dict when it is asked for."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __iter__(self) -> Iterator[Row]:
        for start in range(0, len(self), _ROWS_AT_ONCE):
            yield from self.table.slice(start, _ROWS_AT_ONCE).to_pylist()

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return list(self)[place]
        return dict(self.table.slice(range(len(self))[place], 1).to_pylist()[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __repr__(self) -> str:
        return repr(list(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """As an Arrow stream: pickled, a slice of a long table would carry the whole of it."""
        import pyarrow as pa

        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self.table.schema) as stream:
            stream.write_table(self.table)
        return _rows_of_stream, (sink.getvalue().to_pybytes(),)


def _rows_of_stream(stream: bytes) -> Rows:
    import pyarrow as pa

    return Rows(pa.ipc.open_stream(stream).read_all())


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
    rows: Sequence[Row] = field(default_factory=list)
    #: `hash_of_rows` of the rows, when a reader of long files has it already
    rows_hash: str = ""

    def add(self, row: Row) -> None:
        assert isinstance(self.rows, list), "rows of a long file come all at once"
        self.rows.append(row)

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
        return self.rows_hash or hash_of_rows(self.rows)


def hash_of_rows(rows: Sequence[Mapping[str, Any]]) -> str:
    """The count of the rows and the sum of their hashes; `sql_hash_of_rows` says the same in SQL."""
    hashes = (hashlib.md5(_said(row).encode(), usedforsecurity=False).digest()[:8] for row in rows)
    return f"{len(rows)} {sum(int.from_bytes(one, 'little') for one in hashes)}"


def _said(row: Mapping[str, Any]) -> str:
    return "\x1f".join(f"{k}={v}" for k, v in sorted(row.items()) if k != "row_number" and v is not None)


def sql_hash_of_rows(columns: Sequence[str]) -> str:
    """SQL aggregate over rows of these columns: what `hash_of_rows` says of them."""
    cells = ", ".join(f"'{name}=' || {name}" for name in sorted(columns) if name != "row_number")
    return f"count(*) || ' ' || sum(cast(md5_number_upper(concat_ws(chr(31), {cells})) as hugeint))"


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
