"""What each sender gets back: the list of what was refused (.csv), their own rows to mend (.xlsx), one page (.html)."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter

from ingest import contained, pages, quality
from ingest.context import Context
from ingest.form_sheets import EPOCH, Formats, form_columns, write_cell
from ingest.readers.declarations import REFUSALS_SHEET
from ingest.readers.refused_rows import RefusedRow
from ingest.register import build_context, read_register
from ingest.safe_text import plain_cell, safe_name
from ingest.unreadable import Unreadable
from periscope import tables, warehouse
from periscope.tables import Column
from periscope.workspace import Run

COLUMNS = ("file", "sheet", "row", "column", "value", "reason", "remedy")
_TITLES = ("Fichier", "Feuille", "Ligne", "Colonne", "Valeur", "Motif", "Que faire")
UNKNOWN_SENDER = "expediteur-inconnu"


@dataclass(frozen=True)
class ReturnLine:
    """One line of the .csv."""

    file: str
    sheet: str
    row: int
    column: str
    value: str
    reason: str
    remedy: str

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.file, self.sheet, self._row, self.column, self.value, self.reason, self.remedy)

    @property
    def shown_cells(self) -> tuple[str, ...]:
        """The same for a person: the column under its French name."""
        label = _label_of(self.sheet, self.column)
        return (self.file, self.sheet, self._row, label, self.value, self.reason, self.remedy)

    @property
    def _row(self) -> str:
        """Lines are counted from 1: what concerns a whole part or file has none."""
        return str(self.row) if self.row else ""


@dataclass
class Parcel:
    """All that goes back to one sender. `accepted` are (kind, siren, quarter, row) beside the refused rows."""

    sender: str
    lines: list[ReturnLine] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    accepted: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def write_all(run: Run) -> None:
    """Write returns/<quarter>/ anew from what is on record. Proposals of near names, written while reading, stay."""
    folder = run.workspace.returns / str(run.quarter)
    for path in folder.glob("*.*"):
        if path.suffix in (".csv", ".xlsx", ".html") and path.stem != "propositions":
            path.unlink()
    context = build_context(run, read_register(run.workspace), (run.quarter.first_day, run.quarter.last_day))
    parcels: dict[str, Parcel] = {}
    with warehouse.connect(run.workspace.raw_database, read_only=True) as connection:
        for said in _standing_refusals(connection, run):
            refused = _refused_rows(run, said, context)
            senders = {(row.sheet, row.row_number): row.sender for row in refused}
            for line, sender in said.lines:
                owner = senders.get((line.sheet, line.row), sender)
                parcels.setdefault(owner, Parcel(owner)).lines.append(line)
            for row in refused:
                parcels.setdefault(row.sender, Parcel(row.sender)).refused.append(row)
            for sender, siren in {(row.sender, row.sender_siren) for row in refused}:
                parcels[sender].accepted += _accepted(connection, said.file_id, siren)
        for sender, text in _findings(connection, run):
            parcels.setdefault(sender, Parcel(sender)).findings.append(text)
        refused_lines = [(p.sender, line.file, line.reason) for p in parcels.values() for line in p.lines]
        quality.write(folder, run, connection, refused_lines)
    for parcel in parcels.values():
        write_returns(folder, parcel, run)


def write_returns(folder: Path, parcel: Parcel, run: Run) -> None:
    """Write <sender>.csv, .xlsx and .html in `folder`. Every text is escaped; names are safe for any sender."""
    folder.mkdir(parents=True, exist_ok=True)
    base = folder / safe_name(parcel.sender or UNKNOWN_SENDER)
    lines = sorted(
        set(parcel.lines), key=lambda line: (line.file, line.sheet, line.row, line.column, line.reason)
    )
    with base.with_name(base.name + ".csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([plain_cell(cell) for cell in line.cells] for line in lines)
    _write_workbook(base.with_name(base.name + ".xlsx"), parcel, lines)
    page = _page(parcel, lines, run)
    base.with_name(base.name + ".html").write_text(page, encoding="utf-8")


def _write_workbook(path: Path, parcel: Parcel, lines: list[ReturnLine]) -> None:
    """The list of refusals, then a sheet per kind with all the sender's rows: mended, it can be sent as it is."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": EPOCH})
        looks = Formats(book)
        sheet = book.add_worksheet(REFUSALS_SHEET)
        for position, title in enumerate(_TITLES):
            sheet.write_string(0, position, title, looks.header)
            sheet.set_column(position, position, 60 if position > 4 else 18)
        for index, line in enumerate(lines, 1):
            for position, cell in enumerate(line.shown_cells):
                sheet.write_string(index, position, cell, looks.refused if position == 4 else None)
        for kind, table in tables.DECLARATIONS.items():
            if any(row.kind == kind for row in parcel.refused):
                _write_kind(book.add_worksheet(table.sheet), looks, kind, parcel)


def _write_kind(sheet: Any, looks: Formats, kind: str, parcel: Parcel) -> None:
    columns: tuple[Column, ...] = (*tables.STRUCTURE.columns[:2], *form_columns(tables.DECLARATIONS[kind]))
    for position, column in enumerate(columns):
        sheet.write_string(0, position, column.label_fr, looks.required if column.required else looks.header)
        sheet.set_column(position, position, 18)
    row_index = 1
    for row in (row for row in parcel.refused if row.kind == kind):
        cells = {"siren": row.sender_siren, "quarter": row.quarter} | row.cells
        whole = row.reasons.get("", "")
        for position, column in enumerate(columns):
            reason = row.reasons.get(column.name, whole if position == 0 else "")
            look = looks.refused if reason else looks.cell(column)
            sheet.write_string(row_index, position, cells.get(column.name, ""), look)
            if reason:
                sheet.write_comment(row_index, position, reason)
        row_index += 1
    for _, siren, quarter, values in (item for item in parcel.accepted if item[0] == kind):
        known = {"siren": siren, "quarter": quarter} | values
        for position, column in enumerate(columns):
            write_cell(
                sheet, row_index, position, column, known.get(column.name), looks.cell(column, greyed=True)
            )
        row_index += 1


def _page(parcel: Parcel, lines: list[ReturnLine], run: Run) -> str:
    return pages.page(
        run,
        f"Retour à {parcel.sender or 'un expéditeur non reconnu'}, {run.quarter.label_fr}",
        pages.paragraph(_what_to_do(parcel, lines)),
        pages.table("Ce qui est à corriger", _TITLES, (line.shown_cells for line in lines)) if lines else "",
        "<h2>À savoir</h2>" + pages.bullets(sorted(set(parcel.findings))) if parcel.findings else "",
    )


def _what_to_do(parcel: Parcel, lines: list[ReturnLine]) -> str:
    if not lines:
        return "Rien n'est à renvoyer : vos envois sont pris en compte. Ce qui suit mérite d'être relu."
    rows = len({(line.file, line.sheet, line.row) for line in lines})
    said = f"{rows} ligne(s) ou fichier(s) n'ont pas pu être acceptés. Le reste de vos envois est pris en compte. "
    if not parcel.refused:
        return said + "Corrigez votre fichier comme indiqué ci-dessous, puis renvoyez-le en entier."
    return said + (
        "Le classeur du même nom contient vos lignes : les cases à corriger sont en rouge, avec leur explication. "
        "Corrigez-le, ressaisissez le nom des porteurs des lignes refusées, puis renvoyez-le."
    )


def _label_of(sheet: str, column: str) -> str:
    """The French name of a column: that of the sheet it stands on, else of the first table that has it."""
    known = [*tables.DECLARATIONS.values(), tables.STRUCTURE, tables.BOOKINGS]
    known.sort(key=lambda table: table.sheet != sheet)
    return next((c.label_fr for table in known for c in table.columns if c.name == column), column)


@dataclass
class _Said:
    """The refusals of one file that still stand, each with the sender on record."""

    file_id: str
    source_file: str
    kind_of_file: str
    lines: list[tuple[ReturnLine, str]] = field(default_factory=list)


#: a refusal stands while its part of the file does: not replaced, not withdrawn, of the quarter or of none
_STANDING = """
    with standing as (
        select file_id, sheet from record.slices
        where status not in ('superseded', 'withdrawn') and quarter in ($quarter, '')
    ),
    refused_files as (
        select files.file_id from record.files as files
        where files.status = 'refused_file' and files.landed_on >= $first_day
            and not exists (
                select 1 from record.files as later
                where later.source_file = files.source_file and later.landed_seq > files.landed_seq
            )
    )
    select said.*, files.kind_of_file
    from {table} as said
    inner join record.files as files on said.file_id = files.file_id
    where said.file_id in (select file_id from refused_files)
        or (said.file_id, said.sheet) in (select file_id, sheet from standing)
        or (
            said.file_id in (select file_id from standing)
            and (said.file_id, said.sheet) not in (select file_id, sheet from record.slices)
        )
    order by files.landed_seq, said.sheet, said.row_number, said.column_name
"""


def _select(connection: warehouse.Connection, table: str, run: Run) -> list[dict[str, Any]]:
    parameters = {"quarter": str(run.quarter), "first_day": run.quarter.first_day}
    cursor = connection.execute(_STANDING.format(table=table), parameters)
    names = [description[0] for description in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _standing_refusals(connection: warehouse.Connection, run: Run) -> list[_Said]:
    files: dict[str, _Said] = {}
    for row in _select(connection, "record.refusals", run):
        said = files.setdefault(
            row["file_id"], _Said(row["file_id"], row["source_file"], row["kind_of_file"])
        )
        place = (row["source_file"], row["sheet"], row["row_number"], row["column_name"], row["value"])
        said.lines.append((ReturnLine(*place, row["reason"], row["remedy"]), row["sender"]))
    return list(files.values())


def _refused_rows(run: Run, said: _Said, context: Context) -> list[RefusedRow]:
    """The refused rows of a declaration, read again from the original; none for other files."""
    if said.kind_of_file not in ("declarations", "survey"):
        return []
    path = run.workspace.landed / said.file_id
    try:
        found = contained.call("ingest.readers.declarations", "refused_rows", path, said.source_file, context)
    except Unreadable:
        return []
    wanted = {(line.sheet, line.row) for line, _ in said.lines}
    assert isinstance(found, list)
    return [row for row in found if (row.sheet, row.row_number) in wanted]


def _accepted(
    connection: warehouse.Connection, file_id: str, siren: str
) -> list[tuple[str, str, str, dict[str, Any]]]:
    found = []
    for kind in tables.DECLARATIONS:
        cursor = connection.execute(
            f"""
            select entries.* from declarations.{warehouse.quote(kind)} as entries
            inner join record.slices as slices on entries.slice_id = slices.slice_id
            where slices.file_id = ? and slices.sender_siren = ?
            order by slices.sheet, entries.row_number
            """,
            [file_id, siren],
        )
        names = [description[0] for description in cursor.description or []]
        for values in cursor.fetchall():
            row = dict(zip(names, values, strict=True))
            found.append((kind, siren, str(row["quarter"]), row))
    return found


def _findings(connection: warehouse.Connection, run: Run) -> list[tuple[str, str]]:
    """(sender, sentence); what concerns several senders of one file is for the evaluator, not for one of them."""
    found = []
    for row in _select(connection, "record.findings", run):
        if row["sender"]:
            sheet = f", feuille {row['sheet']}" if row["sheet"] else ""
            line = f", ligne {row['row_number']}" if row["row_number"] else ""
            column = f", colonne {row['column_name']}" if row["column_name"] else ""
            found.append((row["sender"], f"{row['source_file']}{sheet}{line}{column} : {row['message']}"))
    return found
