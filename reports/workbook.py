"""`tableaux.xlsx`: the tables of the report, sums and shares as live formulas, from the same figures.

Every text is written as text, so that a hostile name is never a formula; no date but `as_of`, so that bytes repeat.
"""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from reports import proofs
from reports.document import Cell, Chart, Note, Section, Table, Text, cells
from reports.report import Report

_FORMATS = {
    "whole_eur": "#,##0",
    "eur": '# ##0.00 "€";[Red]-# ##0.00 "€"'.replace("# #", "#,#"),
    "share": "0.0%",
    "fte": "#,##0.0",
    "hours": "#,##0.0",
    "count": "#,##0",
    "number": "#,##0.00",
}
#: The sheet that each printed number leads to, one line per figure.
_PROOFS = "Preuves"
_PROOF_TERMS = ("Période", "Périmètre", "Détail", "Rapport", "Couverture", "Connu par", "Statut", "Révision",
                "Définition", "Formule")  # fmt: skip
_FIRST_PROOF = 5
_REFERENCE = re.compile(r"\[(\d+),(\d+)\]")
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def render(report: Report, title: str) -> bytes:
    """The workbook of the sections shown so far."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, _OPTIONS)
    day = report.context.as_of
    book.set_properties(
        {
            "title": title,
            "author": report.context.managing_body_name or report.context.pole_name,
            "created": datetime(day.year, day.month, day.day),  # noqa: DTZ001 - Excel has no time zones
        }
    )
    sheets = _Sheets(book, report, title)
    above = ""
    for section in report.shown:
        above = section.title if section.level == 2 else above
        heading = section.title if section.level == 2 else f"{above} – {section.title}"
        if any(isinstance(block, Table | Chart) for block in section.blocks):
            sheets.add_section(section, heading)
    sheets.add_proofs()
    book.close()
    return buffer.getvalue()


class _Sheets:
    """Writes one sheet after the other; sheet names are ours, never a member's."""

    def __init__(self, book: Any, report: Report, title: str) -> None:
        self._book, self._report, self._title = book, report, title
        self._bold = book.add_format({"bold": True})
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._heading = book.add_format({"bold": True, "font_size": 14})
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._formats = {
            (unit, bold): book.add_format({"num_format": form, "bold": bold})
            for unit, form in _FORMATS.items()
            for bold in (False, True)
        }
        self._proofs = report.printed
        self._places = {one.figure_id: _FIRST_PROOF + n for n, one in enumerate(self._proofs, 1)}
        self._names: set[str] = {_PROOFS.lower()}

    def _sheet(self, name: str, heading: str) -> tuple[Any, int]:
        sheet = self._book.add_worksheet(self._free_name(name))
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, heading, self._heading)
        sheet.write_string(1, 0, self._title)
        if self._report.context.is_fictitious:
            sheet.write_string(2, 0, "Données fictives", self._bold)
        return sheet, 4

    def _free_name(self, title: str) -> str:
        """At most 31 characters, none that Excel refuses, used once whatever the case."""
        name = "".join(c for c in title.replace("'", "’") if c not in "[]:*?/\\")[:28].strip()
        found = next(
            n for n in (name, *(f"{name} {i}" for i in range(2, 1000))) if n.lower() not in self._names
        )
        self._names.add(found.lower())
        return found

    def add_section(self, section: Section, heading: str) -> None:
        tables = [
            b.table if isinstance(b, Chart) else b for b in section.blocks if isinstance(b, Chart | Table)
        ]
        sheet, row = self._sheet(re.split(r" : |,", section.title)[0], heading)
        sheet.set_column(0, 0, 52)
        sheet.set_column(1, 12, 18)
        for block in section.blocks:
            if isinstance(block, Text | Note):
                sheet.write_string(row, 0, _plain(block), self._wrap)
                row += 1
        for table in dict.fromkeys(table.caption for table in tables):
            row = self._table(sheet, row + 1, next(t for t in tables if t.caption == table))

    def add_proofs(self) -> None:
        """What the reader may know of each number printed above, one line each."""
        if not self._proofs:
            return
        self._names.discard(_PROOFS.lower())
        told = "Chaque nombre des autres feuilles mène à sa ligne. Jusqu'aux lignes des fichiers, chez l'évaluateur : periscope explain, puis l'identifiant."
        sheet, row = self._sheet(_PROOFS, "Preuve des nombres imprimés")
        sheet.write_string(row - 1, 0, told)
        sheet.set_column(0, 0, 15)
        sheet.set_column(1, len(_PROOF_TERMS) + 2, 22)
        for column, label in enumerate(("Identifiant", "Nombre", "Valeur imprimée", *_PROOF_TERMS)):
            sheet.write_string(row, column, label, self._head)
        for line, figure in enumerate(self._proofs, _FIRST_PROOF):
            one = proofs.sheet(self._report, figure)
            rows = dict(one.rows)
            texts = (one.figure_id, one.name, one.text, *(rows.get(term, "") for term in _PROOF_TERMS))
            for column, text in enumerate(texts):
                sheet.write_string(line, column, text)

    def _table(self, sheet: Any, row: int, table: Table) -> int:
        sheet.write_string(row, 0, table.caption, self._bold)
        for column, label in enumerate(table.columns):
            sheet.write_string(row + 1, column, label, self._head)
        for number, line in enumerate(table.rows):
            for column, cell in enumerate(cells(line)):
                self._cell(sheet, (row + 2, number, column), cell, number in table.strong)
        return row + len(table.rows) + 3

    def _cell(self, sheet: Any, place: tuple[int, int, int], cell: Cell, is_strong: bool) -> None:
        """Write one cell; `place` is the sheet's row of the table's first line, then line and column in the table."""
        first_row, number, column = place
        form = self._formats.get((cell.unit, is_strong))
        if line := self._places.get(cell.figure_id):  # the link stays under what is then written in the cell
            sheet.write_url(
                first_row + number,
                column,
                f"internal:'{_PROOFS}'!A{line}",
                form,
                cell.figure_id,
                cell.figure_id,
            )
        if cell.formula:
            formula = _REFERENCE.sub(
                lambda m: xl_rowcol_to_cell(first_row + int(m[1]), int(m[2])), cell.formula
            )
            value = "" if cell.value is None else float(cell.value)
            sheet.write_formula(first_row + number, column, f"={formula}", form, value)
        elif cell.value is not None:
            sheet.write_number(first_row + number, column, float(cell.value), form)
        else:
            sheet.write_string(first_row + number, column, cell.text, self._bold if is_strong else self._wrap)


def _plain(block: Text | Note) -> str:
    if isinstance(block, Note):
        return f"{block.word} : {block.text}"
    return "".join(part.text if isinstance(part, Cell) else part for part in block.parts)
