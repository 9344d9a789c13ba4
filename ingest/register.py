"""The evaluator's tables, register/*.csv: read strictly, loaded into the raw warehouse, turned into a Context.

The register decides who is a member and what a cell means, so a line that cannot be read stops the run with the
list of what to mend; nothing is published from half a register.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from ingest import companions
from ingest.context import Context, Correction, Member, fold
from ingest.values import Unreadable, parse
from periscope import holidays, tables
from periscope.errors import UsageError
from periscope.warehouse import Connection, quote
from periscope.workspace import Run, Workspace

_ROWS_AT_ONCE = 500

Rows = dict[str, list[dict[str, Any]]]


def read_register(workspace: Workspace) -> Rows:
    """Typed rows of every register table, each with its `row_number`. Raises UsageError listing every bad cell."""
    problems: list[str] = []
    found = {
        name: _read_table(workspace.register / f"{name}.csv", table, problems)
        for name, table in tables.REGISTER.items()
    }
    members = {row["member_id"] for row in found["members"]}
    for name in ("memberships", "consents"):
        for row in found[name]:
            if row["member_id"] not in members:
                problems.append(
                    f"register/{name}.csv, ligne {row['row_number']}, colonne member_id : cet identifiant n'est "
                    "pas dans members.csv. Ajoutez ce membre ou corrigez l'identifiant."
                )
    if problems:
        shown = "\n  ".join(problems[:30])
        more = f"\n  … et {len(problems) - 30} autres." if len(problems) > 30 else ""
        raise UsageError(
            f"Le registre est à corriger avant de continuer ; rien n'a été modifié.\n  {shown}{more}"
        )
    return found


def _read_table(path: Path, table: tables.Table, problems: list[str]) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    if "\ufffd" in text:
        problems.append(
            f"register/{path.name} : le fichier n'est pas en UTF-8. Enregistrez-le en « CSV UTF-8 »."
        )
        return []
    first_line = text.split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text), delimiter=";" if first_line.count(";") > first_line.count(",") else ","
    )
    header = [fold(cell) for cell in next(reader, [])]
    columns: dict[int, tables.Column] = {}
    for position, cell in enumerate(header):
        match = next((c for c in table.columns if cell in (fold(c.name), fold(c.label_fr))), None)
        if match is not None:
            columns[position] = match
        elif cell:
            problems.append(
                f"register/{path.name}, ligne 1 : colonne inconnue « {cell} ». Colonnes : {', '.join(table.names)}."
            )
    for column in table.columns:
        if column.required and column not in columns.values() and header:
            problems.append(
                f"register/{path.name}, ligne 1 : il manque la colonne « {column.name} ». Ajoutez-la."
            )
    rows: list[dict[str, Any]] = []
    seen: dict[tuple[Any, ...], int] = {}
    for cells in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        row: dict[str, Any] = {"row_number": line} | {c.name: None for c in table.columns}
        for position, column in columns.items():
            try:
                row[column.name] = parse(column, cells[position] if position < len(cells) else None)
            except Unreadable as error:
                problems.append(
                    f"register/{path.name}, ligne {line}, colonne {column.name} : {error.reason} {error.remedy}"
                )
                continue
            if column.required and row[column.name] is None:
                problems.append(
                    f"register/{path.name}, ligne {line}, colonne {column.name} : valeur absente. Renseignez-la."
                )
        key = tuple(row[name] for name in table.key)
        if table.key and seen.setdefault(key, line) != line:
            problems.append(
                f"register/{path.name}, ligne {line} : « {' / '.join(map(str, key))} » figure déjà ligne {seen[key]}. "
                "Gardez une seule des deux lignes."
            )
        rows.append(row)
    return rows


def managing_body_siren(workspace: Workspace, register: Rows) -> str:
    """SIREN of the managing body named in the settings by member_id or SIREN; empty when none is named."""
    named = workspace.settings.managing_body.replace(" ", "")
    if not named:
        return ""
    for row in register["members"]:
        if named in (row["member_id"], row["siren"]):
            return str(row["siren"])
    if len(named) == 9 and named.isdigit():
        return named
    raise UsageError(
        f"periscope.toml : managing_body = « {named} » n'est ni un identifiant de members.csv ni un SIREN de 9 chiffres."
    )


def load_register(connection: Connection, register: Rows, years: range) -> None:
    """Replace the register tables of the raw warehouse; public holidays of `years` are built in."""
    for name, rows in register.items():
        connection.execute(f"delete from register.{quote(name)}")
        if rows:
            columns = list(rows[0])
            _insert(connection, name, columns, [[row[column] for column in columns] for row in rows])
    connection.execute("delete from register.public_holidays")
    days = [list(told) for year in years for told in sorted(holidays.public_holidays(year).items())]
    _insert(connection, "public_holidays", ["holiday_on", "name"], days)


def _insert(connection: Connection, table: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Some rows in one statement: one a row takes ten times as long."""
    names = ", ".join(quote(column) for column in columns)
    marks = "(" + ", ".join("?" for _ in columns) + ")"
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[start : start + _ROWS_AT_ONCE]
        connection.execute(
            f"insert into register.{quote(table)} ({names}) values " + ", ".join([marks] * len(some)),
            [value for row in some for value in row],
        )


def build_context(run: Run, register: Rows, window: tuple[date, date]) -> Context:
    """What readers may know, from the register and the settings."""
    settings = run.workspace.settings
    return Context(
        members=[Member(row["member_id"], row["siren"], row["name"]) for row in register["members"]],
        rooms={row["room_id"]: row["name"] or row["room_id"] for row in register["rooms"]},
        aliases={(row["kind"], fold(row["raw_text"])): row["id"] for row in register["aliases"]},
        managing_body_siren=managing_body_siren(run.workspace, register),
        mappings=settings.mappings,
        corrections=[
            Correction(
                row["source_file"],
                row["row"],
                row["column"],
                row["old_value"] or "",
                row["new_value"] or "",
                row["sheet"] or "",
            )
            for row in register["corrections"]
        ],
        thresholds=settings.thresholds,
        key=run.workspace.key,
        window=window,
        companions=companions.landed(run.workspace),
    )


def fingerprint(context: Context) -> str:
    """Hash of all that changes the meaning of a file; a reading is re-made when it changes (window apart)."""
    state = {
        "members": [asdict(m) for m in context.members],
        "rooms": context.rooms,
        "aliases": sorted((*key, value) for key, value in context.aliases.items()),
        "managing_body": context.managing_body_siren,
        "mappings": {name: asdict(mapping) for name, mapping in context.mappings.items()},
        "corrections": [asdict(c) for c in context.corrections],
        "thresholds": asdict(context.thresholds),
        "key": hashlib.sha256(b"fingerprint" + context.key).hexdigest(),
    }
    return hashlib.sha256(json.dumps(state, sort_keys=True, default=str).encode()).hexdigest()
