"""The sheets of the declaration form: French titles, drop-downs, checks and help. Texts never become formulas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ingest.persons import HOLDER_CODE
from periscope import tables
from periscope.tables import Column, Table

#: written inside workbooks in place of the date of the day: the same content is the same file
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
FIRST_ROW = 3
ROWS = 500
_LONGEST_CELL = 32_767
_LONGEST_NOTE = 1_500
_LONGEST_LIST = 255
_NUMBERS = {"eur": "#,##0.00", "fte": "0.000", "hours": "0.00", "count": "0", "share": "0.##%"}
_HINTS = {
    "date": "Jour/mois/année.",
    "person_date": "Jour/mois/année.",
    "siren": "9 chiffres.",
    "eur": "En euros, sans milliers d'euros.",
    "share": "De 0 à 100 %.",
    "bool": "Oui ou Non.",
}


@dataclass(frozen=True)
class Anomaly:
    """Something to mend or know, told beside the question: `row_number` is that of a row of last values, if any."""

    kind: str
    message: str
    column: str = ""
    row_number: int | None = None


def form_columns(table: Table) -> tuple[Column, ...]:
    """The questions of one sheet; projects carry the code of a holder already named."""
    return (*table.columns, HOLDER_CODE) if table is tables.SUPPORTED_PROJECTS else table.columns


class Formats:
    """The looks of a form."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._cache: dict[tuple[str, bool], Any] = {}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.help = book.add_format({"italic": True, "font_color": "#555555"})
        header = {"bold": True, "text_wrap": True, "valign": "top", "border": 1}
        self.header = book.add_format(header | {"bg_color": "#DCE6F1"})
        self.required = book.add_format(header | {"bg_color": "#FCE4D6"})
        self.new = book.add_format(header | {"bg_color": "#E2EFDA"})
        self.refused = book.add_format({"bg_color": "#FFC7CE", "quote_prefix": True, "num_format": "@"})

    def cell(self, column: Column, *, greyed: bool = False) -> Any:
        key = (column.type, greyed)
        if key not in self._cache:
            look: dict[str, Any] = {"font_color": "#7F7F7F", "italic": True} if greyed else {}
            if column.type in _NUMBERS:
                look["num_format"] = _NUMBERS[column.type]
            elif column.type in ("date", "person_date"):
                look["num_format"] = "dd/mm/yyyy"
            else:
                look |= {"num_format": "@", "quote_prefix": True}
            self._cache[key] = self._book.add_format(look)
        return self._cache[key]


def write_cell(sheet: Any, row: int, position: int, column: Column, value: object, look: Any) -> None:
    """One typed value, in the words of the form. A text is always written as text."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_string(row, position, "Oui" if value else "Non", look)
    elif isinstance(value, date):
        sheet.write_datetime(row, position, value, look)
    elif isinstance(value, Decimal | int | float):
        sheet.write_number(row, position, float(value), look)
    elif column.choices and value in column.choices:
        sheet.write_string(row, position, column.choices[str(value)][0], look)
    else:
        sheet.write_string(row, position, str(value)[:_LONGEST_CELL], look)


def write_kind(
    book: Any,
    looks: Formats,
    table: Table,
    rows: list[dict[str, Any]],
    anomalies: list[Anomaly],
    new_columns: set[str],
    help_lines: dict[str, str],
) -> None:
    """The sheet of one kind: title, help, titles of columns with their notes, rows of last values in grey."""
    sheet = book.add_worksheet(table.sheet)
    columns = form_columns(table)
    sheet.write_string(0, 0, table.label_fr, looks.title)
    sheet.write_string(1, 0, _LEGEND, looks.help)
    places = {row["row_number"]: index for index, row in enumerate(rows)}
    for position, column in enumerate(columns):
        look = (
            looks.new if column.name in new_columns else looks.required if column.required else looks.header
        )
        sheet.write_string(FIRST_ROW - 1, position, column.label_fr, look)
        sheet.set_column(position, position, max(14, min(30, len(column.label_fr))), looks.cell(column))
        _validate(sheet, position, column)
        mine = [a for a in anomalies if a.column == column.name and a.row_number not in places]
        note = _note(column, column.name in new_columns, help_lines.get(column.name, ""), mine)
        if note:
            sheet.write_comment(FIRST_ROW - 1, position, note, {"width": 300, "height": 160})
        for index, row in enumerate(rows):
            write_cell(
                sheet,
                FIRST_ROW + index,
                position,
                column,
                row.get(column.name),
                looks.cell(column, greyed=True),
            )
            about = [
                a.message for a in anomalies if a.column == column.name and a.row_number == row["row_number"]
            ]
            if about:
                sheet.write_comment(FIRST_ROW + index, position, "\n".join(about)[:_LONGEST_NOTE])


_LEGEND = (
    "Une ligne par élément. Orange : à remplir ; vert : question nouvelle. En gris : vos dernières valeurs connues ; "
    "corrigez-les, ou effacez la ligne. Ce qui reste dans la feuille est déclaré."
)


def _note(column: Column, is_new: bool, more: str, anomalies: list[Anomaly]) -> str:
    lines = ["Question nouvelle."] if is_new else []
    lines += ["Obligatoire."] if column.required else []
    lines += [text for text in (column.help_fr, _HINTS.get(column.type, ""), more) if text]
    if column.choices:
        lines.append("Choix : " + ", ".join(spellings[0] for spellings in column.choices.values()) + ".")
    lines += [anomaly.message for anomaly in anomalies]
    return "\n".join(lines)[:_LONGEST_NOTE]


def _validate(sheet: Any, position: int, column: Column) -> None:
    area = (FIRST_ROW, position, FIRST_ROW + ROWS, position)
    labels = [spellings[0] for spellings in column.choices.values()]
    error = {
        "error_title": "À vérifier",
        "error_message": f"{column.label_fr} : {_HINTS.get(column.type, 'valeur inattendue.')}"[:255],
    }
    if labels and len(",".join(labels)) <= _LONGEST_LIST and not any("," in label for label in labels):
        sheet.data_validation(*area, {"validate": "list", "source": labels} | error)
    elif column.type == "bool":
        sheet.data_validation(*area, {"validate": "list", "source": ["Oui", "Non"]} | error)
    elif column.type in ("date", "person_date"):
        limits = {"criteria": "between", "minimum": date(1900, 1, 1), "maximum": date(2100, 12, 31)}
        sheet.data_validation(*area, {"validate": "date"} | limits | error)
    elif column.type == "share":
        sheet.data_validation(
            *area, {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100} | error
        )
    elif column.type in ("fte", "hours", "count"):
        sheet.data_validation(*area, {"validate": "decimal", "criteria": ">=", "value": 0} | error)
    elif column.type == "eur":
        limits = {"criteria": "between", "minimum": -(10**13), "maximum": 10**13}
        sheet.data_validation(*area, {"validate": "decimal"} | limits | error)
