"""What an edition was made from, told so that a later one can say which input has changed.

`inputs.csv` of the internal edition: table, row, key, state. `record/slices` and `record/files` have the id as key and
the status as state; a row of the register has its first column as key and a keyed digest as state, because a digest
without key would give away the few persons that a correction may name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from periscope import tables
from periscope.files import csv_rows
from periscope.warehouse import Connection, quote
from periscope.workspace import Run

FILE_NAME = "inputs.csv"
HEADER = ("table", "row", "key", "state")
#: Settings that move a figure; thresholds and secrecy only decide findings and masks.
SETTINGS = ("managing_body", "baseline_quarter", "impact", "layouts")
#: Tables that say what may be shown or is wished for, never what a figure is worth.
_SILENT = ("targets", "consents")


@dataclass(frozen=True)
class Slice:
    """What one file said for one sender, quarter and kind, as the record has it now."""

    slice_id: str
    file_id: str
    source_file: str
    sheet: str
    kind: str
    sender: str
    quarter: str
    landed_on: date | None
    status: str
    superseded_by: str


@dataclass
class Inputs:
    """Status by slice and by file, rows of the register by table (row -> key, digest), settings."""

    slices: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    register: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    def rows(self) -> list[tuple[str, str, str, str]]:
        """The lines of inputs.csv."""
        found = [("record/slices", "", key, state) for key, state in self.slices.items()]
        found += [("record/files", "", key, state) for key, state in self.files.items()]
        found += [("settings", "", key, state) for key, state in self.settings.items()]
        for table, rows in self.register.items():
            found += [(table, str(row), key, digest) for row, (key, digest) in rows.items()]
        return sorted(found)

    @classmethod
    def read(cls, path: Path) -> Inputs:
        """The inputs told by one inputs.csv."""
        found = cls()
        named = {
            "record/slices": found.slices,
            "record/files": found.files,
            "settings": found.settings,
        }
        for line in csv_rows(path):
            if line["table"] in named:
                named[line["table"]][line["key"]] = line["state"]
            else:
                table = found.register.setdefault(line["table"], {})
                table[int(line["row"])] = (line["key"], line["state"])
        return found

    @classmethod
    def current(cls, connection: Connection, run: Run) -> Inputs:
        """The inputs of the candidate; `connection` has the raw warehouse as `raw`."""
        found = cls(
            slices={one.slice_id: one.status for one in slices(connection)},
            files=dict(
                connection.execute("select file_id, min(status) from raw.record.files group by 1").fetchall()
            ),
            settings={
                name: json.dumps(getattr(run.workspace.settings, name), sort_keys=True) for name in SETTINGS
            },
        )
        for name, table in tables.REGISTER.items():
            if name in _SILENT:
                continue
            columns = list(tables.raw_columns(table))
            listed = ", ".join(quote(column) for column in columns)
            rows = connection.execute(f"select row_number, {listed} from raw.register.{quote(name)}")
            found.register[f"register/{name}"] = {
                number: (str(values[0] or ""), _digest(run.workspace.key, values))
                for number, *values in rows.fetchall()
            }
        return found


def _digest(key: bytes, values: list[Any]) -> str:
    text = "\x1f".join("" if value is None else str(value) for value in values)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]


def slices(connection: Connection) -> list[Slice]:
    """Every slice of the record, in a stable order."""
    rows = connection.execute(
        "select slice_id, file_id, source_file, coalesce(sheet, ''), kind, coalesce(nullif(sender, ''), sender_siren, ''), "
        "coalesce(quarter, ''), f.landed_on, s.status, coalesce(superseded_by, '') "
        "from raw.record.slices as s left join (select file_id, min(landed_on) as landed_on from raw.record.files "
        "group by 1) as f using (file_id) order by s.landed_seq, slice_id"
    ).fetchall()
    return [Slice(*row) for row in rows]
