"""The fictitious pole in the formats that people send. Same input, same bytes: dates inside containers are fixed."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import xlsxwriter

from ingest.demo.story import Booking, Row, seeded
from ingest.moments import PARIS
from periscope import tables

_FIXED = datetime(2026, 10, 1)  # noqa: DTZ001 - a date inside a file's metadata
FEC_COLUMNS = ("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum",
               "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet",
               "ValidDate", "Montantdevise", "Idevise")  # fmt: skip


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
    """A filled declaration form, as the French workbook has it; a sheet without rows is an answer of nothing."""
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as workbook:
        workbook.set_properties({"created": _FIXED, "author": "Données fictives"})
        structure = workbook.add_worksheet(tables.STRUCTURE.sheet)
        for line, (label, value) in enumerate(
            (("SIREN", siren), ("Trimestre", quarter), ("Envoyé le", sent_on))
        ):
            structure.write_string(line, 0, label)
            if isinstance(value, date):
                structure.write_datetime(line, 1, datetime.combine(value, _FIXED.time()))
            else:
                structure.write_string(line, 1, value)
        for kind, table in tables.DECLARATIONS.items():
            sheet = workbook.add_worksheet(table.sheet)
            for position, column in enumerate(table.columns):
                sheet.write_string(0, position, column.label_fr)
                for line, row in enumerate(sheets.get(kind, []), 1):
                    _write_cell(sheet, line, position, row.get(column.name))


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


def fec_lines(
    siren: str, months: list[tuple[date, Decimal]], customers: list[str], extra: list[tuple[str, Decimal]]
) -> list[Row]:
    """Entries of one fiscal year: opening, then each month one sale per customer, purchases and wages.

    `extra` are other incomes of the year (account, amount), booked in the last month.
    """
    rows: list[Row] = []
    draw = seeded("fec", siren, months[0][0])
    number = 0

    def entry(journal: str, label: str, day: date, *parts: tuple[str, str, Decimal, Decimal, str]) -> None:
        nonlocal number
        number += 1
        for account, account_label, debit, credit, customer in parts:
            rows.append({
                "JournalCode": journal, "JournalLib": label, "EcritureNum": f"{number:05d}", "EcritureDate": f"{day:%Y%m%d}",
                "CompteNum": account, "CompteLib": account_label, "CompAuxNum": f"C{len(customer):03d}" if customer else "",
                "CompAuxLib": customer, "PieceRef": f"P{number:05d}", "PieceDate": f"{day:%Y%m%d}", "EcritureLib": account_label,
                "Debit": debit, "Credit": credit, "EcritureLet": "", "DateLet": "", "ValidDate": f"{day:%Y%m%d}",
                "Montantdevise": "", "Idevise": "",
            })  # fmt: skip

    zero = Decimal("0.00")
    opening = Decimal(draw.randrange(8_000, 60_000))
    entry(
        "AN",
        "A nouveaux",
        months[0][0],
        ("512000", "Banque", opening, zero, ""),
        ("102000", "Fonds", zero, opening, ""),
    )
    for first, amount in months:
        rest = amount
        for position, customer in enumerate(customers):
            part = (
                rest
                if position == len(customers) - 1
                else (amount / len(customers)).quantize(Decimal("0.01"))
            )
            rest -= part
            tax = (part * Decimal("0.2")).quantize(Decimal("0.01"))
            entry("VE", "Ventes", first + timedelta(days=draw.randrange(1, 26)), ("411000", "Clients", part + tax, zero, customer),
                  ("706000", "Prestations", zero, part, ""), ("445710", "TVA", zero, tax, ""))  # fmt: skip
        for account, label, percent in (
            ("641000", "Salaires", 52),
            ("606000", "Fournitures", 9),
            ("613000", "Locations", 8),
        ):
            cost = (amount * percent / 100).quantize(Decimal("0.01"))
            entry(
                "OD",
                "Opérations diverses",
                first + timedelta(days=27),
                (account, label, cost, zero, ""),
                ("401000", "Dettes", zero, cost, ""),
            )
    for account, amount in extra:
        entry(
            "BQ",
            "Banque",
            months[-1][0] + timedelta(days=12),
            ("512000", "Banque", amount, zero, ""),
            (account, "Autres produits", zero, amount, ""),
        )
    return rows


def fec_text(
    rows: list[Row], separator: str = "\t", is_quoted: bool = False, has_direction: bool = False
) -> str:
    """A FEC as text: tab, pipe or semicolon; Debit and Credit, or Montant and Sens."""
    columns = list(FEC_COLUMNS)
    if has_direction:
        columns[11:13] = ["Montant", "Sens"]
        rows = [
            row | {"Montant": row["Debit"] + row["Credit"], "Sens": "D" if row["Debit"] else "C"}
            for row in rows
        ]
    buffer = io.StringIO(newline="")
    quoting: Literal[1, 3] = csv.QUOTE_ALL if is_quoted else csv.QUOTE_NONE
    writer = csv.writer(
        buffer, delimiter=separator, quoting=quoting, lineterminator="\r\n", quotechar='"', escapechar=None
    )
    writer.writerow(columns)
    writer.writerows([text_of(row[name]) for name in columns] for row in rows)
    return buffer.getvalue()


def fec_xml(rows: list[Row], closing: date) -> str:
    """A FEC in the XML of the tax office: entries by journal, dates with dashes, amounts with a dot."""

    def iso(day: str) -> str:
        return f"{day[:4]}-{day[4:6]}-{day[6:]}"

    journals: dict[tuple[str, str], dict[str, list[Row]]] = {}
    for row in rows:
        journals.setdefault((row["JournalCode"], row["JournalLib"]), {}).setdefault(
            row["EcritureNum"], []
        ).append(row)
    parts = []
    for (code, label), entries in journals.items():
        parts.append(f"<journal><JournalCode>{code}</JournalCode><JournalLib>{escape(label)}</JournalLib>")
        for number, lines in entries.items():
            head = lines[0]
            parts.append(
                f"<ecriture><EcritureNum>{number}</EcritureNum><EcritureDate>{iso(head['EcritureDate'])}</EcritureDate>"
                f"<EcritureLib>{escape(head['EcritureLib'])}</EcritureLib><PieceRef>{head['PieceRef']}</PieceRef>"
                f"<PieceDate>{iso(head['PieceDate'])}</PieceDate><ValidDate>{iso(head['ValidDate'])}</ValidDate>"
            )
            for line in lines:
                auxiliary = f"<CompAuxNum>{line['CompAuxNum']}</CompAuxNum><CompAuxLib>{escape(line['CompAuxLib'])}</CompAuxLib>"
                parts.append(
                    f"<ligne><CompteNum>{line['CompteNum']}</CompteNum><CompteLib>{escape(line['CompteLib'])}</CompteLib>"
                    f"{auxiliary if line['CompAuxLib'] else ''}<Debit>{line['Debit']}</Debit><Credit>{line['Credit']}</Credit></ligne>"
                )
            parts.append("</ecriture>")
        parts.append("</journal>")
    body = "\n".join(parts)
    return f'<?xml version="1.0" encoding="ISO-8859-15"?>\n<comptabilite><exercice><DateCloture>{closing}</DateCloture>\n{body}\n</exercice></comptabilite>\n'
