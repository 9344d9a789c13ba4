"""Pre-filled declaration forms, one workbook per member, which `readers.declarations` reads back."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import xlsxwriter

from ingest.context import Member
from ingest.form_sheets import EPOCH, Anomaly, Formats, form_columns, write_kind
from ingest.headers import key_of
from ingest.readers import grid
from ingest.register import Rows, read_register
from ingest.safe_text import safe_name
from ingest.unreadable import Unreadable
from periscope import tables, warehouse
from periscope.errors import UsageError
from periscope.quarters import Quarter
from periscope.tables import Table
from periscope.workspace import Run

#: kinds whose rows last beyond a quarter: what is still open is offered again, greyed; the others start empty
_OPEN = {
    "supported_projects": "entries.ended_on is null and entries.created_on is null",
    "collaborative_projects": "entries.ended_on is null and coalesce(entries.status, '') not in ('abandoned', 'lost')",
    "posts": "entries.ended_on is null or entries.ended_on >= ?",
}
_STRUCTURE_HELP = (
    "Remplissez chaque feuille qui vous concerne. Une feuille laissée vide dit qu'il n'y a rien eu ; supprimez la feuille "
    "si vous ne pouvez pas répondre."
)


def write_form(
    path: Path,
    member: Member | None,
    quarter: Quarter | None,
    last_values: dict[str, list[dict[str, Any]]],
    anomalies: list[Anomaly],
    member_names: list[str],
    known_questions: set[tuple[str, str]] | None = None,
) -> None:
    """Write one form. `last_values` are rows of the raw warehouse by kind; `known_questions` those of the last form
    as (kind, column): the others are marked as new; None marks none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": EPOCH})
        looks = Formats(book)
        _write_structure(book, looks, member, quarter, anomalies)
        partners = "Membres : " + " ; ".join(member_names) if member_names else ""
        for kind, table in tables.DECLARATIONS.items():
            names = {column.name for column in form_columns(table)}
            new = (
                names - {c for k, c in known_questions if k == kind} if known_questions is not None else set()
            )
            mine = [anomaly for anomaly in anomalies if anomaly.kind == kind]
            write_kind(book, looks, table, last_values.get(kind, []), mine, new, {"partners": partners})


def blank_form(path: Path) -> None:
    """The form without a member, as `init` lays it down."""
    write_form(path, None, None, {}, [], [])


def write_all(run: Run) -> Path:
    """Write the forms of every member of the quarter; returns their folder. Before the first reading, nothing is known
    of anyone and the forms are empty.
    """
    folder = run.workspace.forms / str(run.quarter)
    members = _members(read_register(run.workspace), run.quarter)
    if not members:
        raise UsageError(
            f"Aucun membre au {run.quarter.label_fr} : remplissez register/members.csv et register/memberships.csv."
        )
    names = [f"{m.member_id} ({m.name})" for m in members]
    has_read = run.workspace.raw_database.exists()
    with (
        warehouse.connect(run.workspace.raw_database, read_only=True)
        if has_read
        else nullcontext() as connection
    ):
        for member in members:
            previous = run.workspace.forms / str(run.quarter.shift(-1)) / _file_name(member)
            write_form(
                folder / _file_name(member),
                member,
                run.quarter,
                _last_values(connection, member, run.quarter) if connection else {},
                _anomalies(connection, member, run.quarter) if connection else [],
                names,
                questions_of(previous) if previous.exists() else None,
            )
    return folder


def questions_of(path: Path) -> set[tuple[str, str]]:
    """(kind, column) of the questions of a form already written."""
    try:
        sheets = {sheet.name: sheet for sheet in grid.read_grid(path).sheets}
    except Unreadable:
        return set()
    found = set()
    for kind, table in tables.DECLARATIONS.items():
        by_key = {key_of(column.label_fr): column.name for column in form_columns(table)}
        rows = sheets[table.sheet].rows if table.sheet in sheets else []
        found |= {
            (kind, by_key[key_of(str(c))]) for row in rows[:10] for c in row.cells if key_of(str(c)) in by_key
        }
    return found


def _file_name(member: Member) -> str:
    return f"{safe_name(member.member_id)}.xlsx"


def _write_structure(
    book: Any, looks: Formats, member: Member | None, quarter: Quarter | None, anomalies: list[Anomaly]
) -> None:
    sheet = book.add_worksheet(tables.STRUCTURE.sheet)
    sheet.set_column(0, 2, 24)
    given = {"siren": member.siren if member else None, "quarter": str(quarter) if quarter else None}
    for position, column in enumerate(tables.STRUCTURE.columns):
        sheet.write_string(0, position, column.label_fr, looks.required if column.required else looks.header)
        sheet.write_comment(0, position, column.help_fr or column.label_fr)
        value = given.get(column.name)
        if value is not None:
            sheet.write_string(1, position, value, looks.cell(column))
        else:
            sheet.write_blank(1, position, None, looks.cell(column))
    lines = [f"Formulaire de {member.name}" if member else "Formulaire de déclaration", _STRUCTURE_HELP]
    if anomalies:
        lines += [
            "À revoir d'après votre dernier envoi :",
            *(f"• {anomaly.message}" for anomaly in anomalies),
        ]
    for index, line in enumerate(lines):
        sheet.write_string(3 + index, 0, line, looks.help)


def _members(register: Rows, quarter: Quarter) -> list[Member]:
    """Members on any day of the quarter, from the register as it is now. A candidate has not joined."""
    held = {
        row["member_id"]
        for row in register["memberships"]
        if row["presence"] != "candidate"
        and row["joined_on"] <= quarter.last_day
        and (row["left_on"] or quarter.last_day) >= quarter.first_day
    }
    rows = sorted(register["members"], key=lambda row: str(row["member_id"]))
    return [Member(m["member_id"], m["siren"], m["name"]) for m in rows if m["member_id"] in held]


def _last_values(
    connection: warehouse.Connection, member: Member, quarter: Quarter
) -> dict[str, list[dict[str, Any]]]:
    return {kind: _last_rows(connection, member, kind, quarter) for kind in tables.DECLARATIONS}


def _last_rows(
    connection: warehouse.Connection, member: Member, kind: str, quarter: Quarter
) -> list[dict[str, Any]]:
    """What this member declared last, up to this quarter, and is still open; nothing for kinds of one quarter."""
    if kind not in _OPEN:
        return []
    table: Table = tables.DECLARATIONS[kind]
    condition = _OPEN[kind]
    dates = [quarter.first_day] if "?" in condition else []
    cursor = connection.execute(
        f"""
        with last_one as (
            select quarter from record.slices
            where is_active and sender_siren = ? and kind = ? and quarter <= ?
            order by quarter desc limit 1
        )
        select entries.* from declarations.{warehouse.quote(kind)} as entries
        inner join record.slices as slices on entries.slice_id = slices.slice_id
        where slices.is_active and slices.sender_siren = ? and slices.quarter = (select quarter from last_one)
            and ({condition})
        order by entries.row_number, entries.slice_id
        """,
        [member.siren, kind, str(quarter), member.siren, *dates],
    )
    names = [description[0] for description in cursor.description or []]
    wanted = {"row_number", *(column.name for column in form_columns(table))}
    return [{k: v for k, v in zip(names, row, strict=True) if k in wanted} for row in cursor.fetchall()]


def _anomalies(connection: warehouse.Connection, member: Member, quarter: Quarter) -> list[Anomaly]:
    """Refusals and findings on the files of the quarter asked for or of the one before, by kind and column."""
    rows = connection.execute(
        """
        with mine as (
            -- a sheet shared with other senders is left out: its lines are not all this member's to see
            select file_id, sheet, any_value(kind) as kind from record.slices
            where status not in ('superseded', 'withdrawn')
            group by file_id, sheet
            having min(sender_siren) = ? and max(sender_siren) = ? and bool_or(quarter in (?, ?))
        )
        select mine.kind, said.source_file, said.row_number, said.column_name, said.message, said.is_refused
        from (
            select file_id, source_file, sheet, row_number, column_name, concat(reason, ' ', remedy) as message,
                   true as is_refused
            from record.refusals
            union all
            select file_id, source_file, sheet, row_number, column_name, message, false from record.findings
            where code not in ('unknown_column', 'correction_applied')
        ) as said
        inner join mine on said.file_id = mine.file_id and said.sheet = mine.sheet
        where mine.kind in (select unnest(?))
        order by all
        """,
        [member.siren, member.siren, str(quarter), str(quarter.shift(-1)), list(tables.DECLARATIONS)],
    ).fetchall()
    return [
        Anomaly(kind, f"{file}, ligne {row} : {message}".strip(), column, None if is_refused else row)
        for kind, file, row, column, message, is_refused in rows
    ]
