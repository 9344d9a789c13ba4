"""`tableaux.xlsx`: the tables of the report and the Cerfa with live formulas, from the same figures.

Every text is written as text, so that a hostile name is never a formula; no date but `as_of`, so that bytes repeat.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from reports import cerfa
from reports.cerfa import CerfaTable, Row
from reports.document import Cell, Chart, Note, Section, Table, Text, cells
from reports.report import Report
from reports.sections.resources import actions

_FORMATS = {
    "eur": '# ##0.00 "€";[Red]-# ##0.00 "€"'.replace("# #", "#,#"),
    "share": "0.0%",
    "fte": "#,##0.0",
    "hours": "#,##0.0",
    "count": "#,##0",
    "number": "#,##0.00",
}
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
    for action, year in actions(report):
        sheets.add_cerfa(cerfa.table(action, year, report.context.budget_lines, report.context.expenses))
    for section in report.shown:
        if section.slug not in ("cerfa", "bilan-qualitatif", "signature"):
            sheets.add_section(section)
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
        self._formats = {unit: book.add_format({"num_format": form}) for unit, form in _FORMATS.items()}
        self._euro = {b: book.add_format({"num_format": "#,##0", "bold": b}) for b in (False, True)}
        self._percent = {b: book.add_format({"num_format": "0.0%", "bold": b}) for b in (False, True)}
        self._cerfa_count = 0

    def _sheet(self, name: str, heading: str) -> tuple[Any, int]:
        sheet = self._book.add_worksheet(name[:31])
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, heading, self._heading)
        sheet.write_string(1, 0, self._title)
        if self._report.context.is_fictitious:
            sheet.write_string(2, 0, "Données fictives", self._bold)
        return sheet, 4

    def add_section(self, section: Section) -> None:
        tables = [
            b.table if isinstance(b, Chart) else b for b in section.blocks if isinstance(b, Chart | Table)
        ]
        sheet, row = self._sheet(_sheet_name(section.title), section.title)
        sheet.set_column(0, 0, 52)
        sheet.set_column(1, 12, 18)
        for block in section.blocks:
            if isinstance(block, Text | Note):
                sheet.write_string(row, 0, _plain(block), self._wrap)
                row += 1
        for table in dict.fromkeys(table.caption for table in tables):
            row = self._table(sheet, row + 1, next(t for t in tables if t.caption == table))

    def _table(self, sheet: Any, row: int, table: Table) -> int:
        sheet.write_string(row, 0, table.caption, self._bold)
        for column, label in enumerate(table.columns):
            sheet.write_string(row + 1, column, label, self._head)
        for offset, line in enumerate(table.rows, row + 2):
            for column, cell in enumerate(cells(line)):
                self._cell(sheet, offset, column, cell)
        return row + len(table.rows) + 3

    def _cell(self, sheet: Any, row: int, column: int, cell: Cell) -> None:
        if cell.value is not None:
            sheet.write_number(row, column, float(cell.value), self._formats.get(cell.unit))
        else:
            sheet.write_string(row, column, cell.text, self._wrap)

    def add_cerfa(self, built: CerfaTable) -> None:
        """Leaves are numbers, everything above them is a formula with its computed value."""
        self._cerfa_count += 1
        name = "Cerfa" if self._cerfa_count == 1 else f"Cerfa {self._cerfa_count}"
        sheet, row = self._sheet(name, f"Cerfa 15059*02 – {built.action} – exercice {built.fiscal_year}")
        sheet.set_column(0, 0, 8)
        sheet.set_column(1, 1, 58)
        sheet.set_column(2, 6, 15)
        for side in cerfa.SIDES:
            sheet.write_string(row, 0, "CHARGES" if side == "charge" else "PRODUITS", self._bold)
            for column, label in enumerate(
                ("Ligne", "Intitulé", "Prévision", "Réalisation", "%", "Écart €", "Écart %")
            ):
                sheet.write_string(row + 1, column, label, self._head)
            places = {line.line: row + 2 + n for n, line in enumerate(built.rows[side])}
            for line in built.rows[side]:
                self._cerfa_row(sheet, places, line)
            row += len(built.rows[side]) + 4
        for note in built.notes:
            sheet.write_string(row, 1, note, self._wrap)
            row += 1

    def _cerfa_row(self, sheet: Any, places: dict[str, int], line: Row) -> None:
        row, bold = places[line.line], bool(line.children) or line.parent in (cerfa.TOTAL, cerfa.GRAND_TOTAL)
        sheet.write_string(row, 0, line.line.replace(" +", ""), self._bold if bold else None)
        sheet.write_string(row, 1, line.label, self._bold if bold else None)
        for column, value in ((2, line.forecast_eur), (3, line.realised_eur)):
            if line.children:
                parts = ",".join(xl_rowcol_to_cell(places[child], column) for child in line.children)
                formula = f'=IF(COUNT({parts})=0,"",SUM({parts}))'
                sheet.write_formula(row, column, formula, self._euro[bold], _number(value))
            elif value is not None:
                sheet.write_number(row, column, float(value), self._euro[bold])
        planned, done = xl_rowcol_to_cell(row, 2), xl_rowcol_to_cell(row, 3)
        no_ratio = f"OR(COUNT({planned})=0,COUNT({done})=0,N({planned})=0)"
        ratio = line.percent / 100 if line.percent is not None else None
        sheet.write_formula(
            row, 4, f'=IF({no_ratio},"",{done}/{planned})', self._percent[bold], _number(ratio)
        )
        gap = line.gap_eur
        nothing = f"COUNT({planned},{done})=0"
        sheet.write_formula(
            row, 5, f'=IF({nothing},"",N({done})-N({planned}))', self._euro[bold], _number(gap)
        )
        relative = gap / line.forecast_eur if gap is not None and line.forecast_eur else None
        sheet.write_formula(
            row,
            6,
            f'=IF(OR({nothing},N({planned})=0),"",(N({done})-N({planned}))/{planned})',
            self._percent[bold],
            _number(relative),
        )


def _number(value: Decimal | None) -> float | str:
    return "" if value is None else float(value)


def _plain(block: Text | Note) -> str:
    if isinstance(block, Note):
        return f"{block.word} : {block.text}"
    return "".join(part.text if isinstance(part, Cell) else part for part in block.parts)


def _sheet_name(title: str) -> str:
    return "".join(c for c in title if c not in "[]:*?/\\'")
