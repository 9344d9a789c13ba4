"""Write readings into the raw warehouse, and forget them when a file is read again."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from ingest.landing import LandedFile
from periscope.receipts import Reading, Rows, Slice
from periscope.warehouse import Connection, insert, quote, raw_tables

#: raw table of the rows of each kind of slice; FEC lines are loaded in bulk by their own reader
ROW_TABLES = {
    "supported_projects": "declarations.supported_projects",
    "collaborative_projects": "declarations.collaborative_projects",
    "posts": "declarations.posts",
    "activity": "declarations.activity",
    "joint_purchases": "declarations.joint_purchases",
    "turnover": "revenue.turnover",
    "bookings": "bookings.bookings",
}
#: rows held before they are inserted: what a long log needs of memory
_MOST_PENDING = 50_000
_BY_SLICE = (*ROW_TABLES.values(), "revenue.fec_lines", "revenue.fec_files")


class Recorder:
    """Collects rows by table and inserts them in bulk; every value is bound as text and cast by the table's type."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._types = raw_tables()
        self._pending: dict[str, list[dict[str, Any]]] = {}
        self._long: dict[str, list[pa.Table]] = {}

    def add(self, table: str, row: dict[str, Any]) -> None:
        self._pending.setdefault(table, []).append(row)

    def flush(self) -> None:
        for table, rows in self._pending.items():
            types = self._types[table]
            insert(self._connection, table, types, ([row.get(name) for name in types] for row in rows))
        self._pending.clear()
        for table, parts in self._long.items():
            rows = pa.concat_tables(parts)
            names = (quote(name) if name in rows.column_names else "null" for name in self._types[table])
            # a registered table would be kept in memory until the transaction ends
            self._connection.from_arrow(rows).project(", ".join(names)).insert_into(table)
        self._long.clear()

    def forget(self, file_ids: list[str]) -> None:
        """Remove every row that was read from these files."""
        if not file_ids:
            return
        mine = "select slice_id from record.slices where file_id in (select unnest(?))"
        for table in _BY_SLICE:
            self._connection.execute(f"delete from {table} where slice_id in ({mine})", [file_ids])
        for table in ("record.slices", "record.refusals", "record.findings", "record.files"):
            self._connection.execute(f"delete from {table} where file_id in (select unnest(?))", [file_ids])

    def store(
        self, file: LandedFile, size_bytes: int, reading_id: str, reading: Reading, status: str
    ) -> None:
        """Queue the receipt and rows of one reading."""
        here = {"file_id": file.file_id, "source_file": file.source_file}
        self.add(
            "record.files",
            here
            | {
                "landed_seq": file.seq,
                "landed_on": file.landed_on,
                "size_bytes": size_bytes,
                "kind_of_file": reading.kind_of_file,
                "encoding": reading.encoding,
                "separator": reading.separator,
                "status": status,
                "reading_id": reading_id,
            },
        )
        for piece in reading.slices:
            self._store_slice(file, reading, piece)
        if sum(len(part) for parts in self._long.values() for part in parts) >= _MOST_PENDING:
            self.flush()
        for refusal in reading.refusals:
            self.add(
                "record.refusals",
                here
                | {
                    "sheet": refusal.sheet,
                    "row_number": refusal.row,
                    "column_name": refusal.column,
                    "value": refusal.value,
                    "code": refusal.code,
                    "reason": refusal.reason,
                    "remedy": refusal.remedy,
                    "sender": refusal.sender or _sender_of(reading, file),
                },
            )
        for finding in reading.findings:
            self.add(
                "record.findings",
                here
                | {
                    "sheet": finding.sheet,
                    "row_number": finding.row,
                    "column_name": finding.column,
                    "value": finding.value,
                    "code": finding.code,
                    "message": finding.message,
                    "sender": finding.sender or _sender_of(reading, file),
                },
            )

    def _store_slice(self, file: LandedFile, reading: Reading, piece: Slice) -> None:
        slice_id = piece.identity(file.file_id)
        self.add(
            "record.slices",
            {
                "slice_id": slice_id,
                "file_id": file.file_id,
                "source_file": file.source_file,
                "sheet": piece.sheet,
                "kind": piece.kind,
                "sender": piece.sender,
                "sender_siren": piece.sender_siren,
                "quarter": piece.quarter,
                "scope": piece.scope,
                "sent_on": piece.sent_on,
                "landed_seq": file.seq,
                "batch": file.batch,
                "content_hash": piece.content_hash() if piece.rows or not piece.rows_read else file.file_id,
                "verdict": "",
                "rows_read": piece.rows_read,
                "rows_unreadable": piece.rows_refused,
                "rows_accepted": piece.rows_accepted,
                "rows_refused": piece.rows_refused,
                "status": "",
                "superseded_by": "",
                "is_active": False,
            },
        )
        table = ROW_TABLES.get(piece.kind)
        if isinstance(piece.rows, Rows):
            ids = pa.repeat(slice_id, len(piece.rows))
            self._long.setdefault(ROW_TABLES[piece.kind], []).append(
                piece.rows.table.append_column("slice_id", ids)
            )
            return
        for row in piece.rows:
            assert table is not None, f"rows of kind {piece.kind} have no table"
            sent = {"sender_siren": piece.sender_siren, "quarter": piece.quarter}
            self.add(table, {"slice_id": slice_id, "format": reading.kind_of_file} | sent | row)
            if len(self._pending[table]) >= _MOST_PENDING:
                self.flush()


def _sender_of(reading: Reading, file: LandedFile) -> str:
    """The sender when the file has one only; else its folder in the inbox, else nobody."""
    senders = {piece.sender for piece in reading.slices if piece.sender}
    if len(senders) == 1:
        return senders.pop()
    parts = file.source_file.split("/")
    return parts[1] if len(parts) > 2 else ""
