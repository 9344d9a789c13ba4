"""The fictitious pole in the formats that people send. Same input, same bytes: dates inside containers are fixed."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter

from ingest.demo import xls
from ingest.demo.story import Booking, Row
from ingest.moments import PARIS
from periscope import tables

_FIXED = datetime(2026, 10, 1)  # noqa: DTZ001 - a date inside a file's metadata


def text_of(value: object, decimal: str = ",") -> str:
    """A cell as French people write it."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return str(value).replace(".", decimal) if isinstance(value, Decimal) else str(value)


def table_text(
    rows: Iterable[Row], columns: Iterable[str], separator: str = ",", headers: dict[str, str] | None = None
) -> str:
    """A CSV text; `headers` gives other titles to some columns."""
    names = list(columns)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\n" if separator == "," else "\r\n")
    writer.writerow([(headers or {}).get(name, name) for name in names])
    writer.writerows([text_of(row.get(name)) for name in names] for row in rows)
    return buffer.getvalue()


def write_form(path: Path, siren: str, quarter: str, sheets: dict[str, list[Row]], sent_on: date) -> None:
    """A filled declaration form, as the French workbook has it, in .xlsx or, by its name, in .xls.

    A sheet without rows is an answer of nothing.
    """
    written: dict[str, list[list[object]]] = {
        tables.STRUCTURE.sheet: [["SIREN", siren], ["Trimestre", quarter], ["Envoyé le", sent_on]]
    }
    for kind, table in tables.DECLARATIONS.items():
        titles: list[object] = [column.label_fr for column in table.columns]
        rows = [[row.get(column.name) for column in table.columns] for row in sheets.get(kind, [])]
        written[table.sheet] = [titles, *rows]
    if path.suffix == ".xls":
        xls.write_xls(path, written)
        return
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as workbook:
        workbook.set_properties({"created": _FIXED, "author": "Données fictives"})
        for name, cells in written.items():
            sheet = workbook.add_worksheet(name)
            for line, row in enumerate(cells):
                for position, value in enumerate(row):
                    _write_cell(sheet, line, position, value)


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, line: int, position: int, value: object) -> None:
    if isinstance(value, date):
        sheet.write_datetime(line, position, datetime.combine(value, _FIXED.time()))
    elif isinstance(value, int | Decimal):
        sheet.write_number(line, position, float(value))
    elif value:
        sheet.write_string(line, position, str(value))


def write_ods(path: Path, sheet: str, rows: list[list[str]]) -> None:
    """The smallest workbook of the OpenDocument kind: one sheet of texts."""
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(c)}</text:p></table:table-cell>'
            for c in row
        )
        + "</table:table-row>"
        for row in rows
    )
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    parts = {
        "mimetype": kind,
        "content.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names} office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="{escape(sheet)}">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>",
        "META-INF/manifest.xml": f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="{manifest}">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 10, 1, 0, 0, 0)), text.encode())


def calendar(name: str, bookings: list[Booking], series: list[tuple[str, str, str, str]]) -> str:
    """An agenda: single events, then endless or bounded series `(start, end, rule, summary)` in local time."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Données fictives//FR",
        f"X-WR-CALNAME:{name}",
        "X-WR-TIMEZONE:Europe/Paris",
    ]
    status = {
        "confirmed": "CONFIRMED",
        "tentative": "TENTATIVE",
        "cancelled": "CANCELLED",
        "no_show": "CONFIRMED",
    }
    for one in bookings:
        ends_at = one.starts_at + timedelta(hours=float(one.hours))
        lines += ["BEGIN:VEVENT", f"UID:{one.room_id}-{one.ref}@fictif", f"DTSTART;TZID=Europe/Paris:{one.starts_at:%Y%m%dT%H%M%S}",
                  f"DTEND;TZID=Romance Standard Time:{ends_at:%Y%m%dT%H%M%S}", f"SUMMARY:{one.who}", f"STATUS:{status[one.status]}",
                  "END:VEVENT"]  # fmt: skip
    for number, (start, end, rule, summary) in enumerate(series, 1):
        lines += ["BEGIN:VEVENT", f"UID:serie-{number}@fictif", f"DTSTART;TZID=Europe/Paris:{start}",
                  f"DTEND;TZID=Europe/Paris:{end}", f"RRULE:{rule}", f"SUMMARY:{summary}"]  # fmt: skip
        if number == 1:
            lines.append("EXDATE;TZID=Europe/Paris:20240102T090000,20250107T090000")
        lines.append("END:VEVENT")
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def utc(local: datetime) -> str:
    """A local moment as booking programs on the web write it: `2026-07-01T07:00:00Z`."""
    return f"{local.replace(tzinfo=PARIS).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _unix(local: datetime) -> int:
    return int(local.replace(tzinfo=PARIS).astimezone(UTC).timestamp())


def mrbs_dump(area: str, room: str, bookings: list[Booking]) -> str:
    """As mysqldump writes MRBS: `type` E for an outside client, bits of `status`."""
    values = []
    for one in bookings:
        kind = "E" if one.who in ("Client de passage", "Visiteur") else "I"
        ends_at = one.starts_at + timedelta(hours=float(one.hours))
        if one.status != "cancelled":
            who = one.who.replace("'", "\\'")
            bits = 4 if one.status == "tentative" else 0
            values.append(
                f"({one.ref},{_unix(one.starts_at)},{_unix(ends_at)},0,NULL,1,'{who}','Réunion','{kind}','',{bits})"
            )
    rows = ",\n".join(values)
    return f"""-- MySQL dump (données fictives)
CREATE TABLE `mrbs_area` (`id` int NOT NULL, `area_name` varchar(30), `timezone` varchar(50), `enable_periods` tinyint(1));
INSERT INTO `mrbs_area` VALUES (1,'{area}','Europe/Paris',0);
CREATE TABLE `mrbs_room` (`id` int NOT NULL, `area_id` int NOT NULL, `room_name` varchar(25), `capacity` int);
INSERT INTO `mrbs_room` VALUES (1,1,'{room}',12);
CREATE TABLE `mrbs_entry` (
  `id` int NOT NULL, `start_time` int, `end_time` int, `entry_type` int, `repeat_id` int, `room_id` int,
  `create_by` varchar(80), `name` varchar(80), `type` char(1), `description` text, `status` tinyint unsigned,
  PRIMARY KEY (`id`)
);
INSERT INTO `mrbs_entry` VALUES
{rows};
"""


def grr_dump(room: str, bookings: list[Booking]) -> str:
    """As GRR saves itself: soft deletions and moderation stay in the table."""
    lines = ["INSERT INTO grr_area (id, area_name, enable_periods) VALUES (1, 'Rez-de-chaussée', 'n');",
             f"INSERT INTO grr_room (id, area_id, room_name) VALUES (4, 1, '{room}');"]  # fmt: skip
    for one in bookings:
        ends_at = one.starts_at + timedelta(hours=float(one.hours))
        who = one.who.replace("'", "''")
        moderate = 1 if one.status == "tentative" else 0
        lines.append(
            "INSERT INTO grr_entry (id, start_time, end_time, entry_type, room_id, beneficiaire, beneficiaire_ext, type, supprimer, "
            f"moderate, option_reservation) VALUES ({one.ref}, {_unix(one.starts_at)}, {_unix(ends_at)}, 0, 4, '{who}', '', 'B', "
            f"{int(one.status == 'cancelled')}, {moderate}, -1);"
        )
    return "\n".join(["-- Sauvegarde de GRR (données fictives)", *lines, ""])
