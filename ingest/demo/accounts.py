"""Accounts of the fictitious members: one fiscal year, October to September, and the shapes of a FEC."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Literal
from xml.sax.saxutils import escape

from ingest.demo import pole, story
from ingest.demo.story import Row
from periscope.quarters import Quarter

COLUMNS = ("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum",
           "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet",
           "ValidDate", "Montantdevise", "Idevise")  # fmt: skip
_JOURNALS = {"AN": "A nouveaux", "VE": "Ventes", "OD": "Opérations diverses", "BQ": "Banque"}
_ACCOUNTS = {
    "512000": "Banque", "102000": "Fonds", "411000": "Clients", "706000": "Prestations", "445710": "TVA collectée",
    "641000": "Salaires", "606000": "Fournitures", "613000": "Locations", "401000": "Fournisseurs",
    "740000": "Subventions", "756000": "Cotisations",
}  # fmt: skip
_CUSTOMERS = ("SCIC ORCANETTE", "PASSERINE FORMATION", "Client fictif Alpha", "Client fictif Bêta")
#: percent of sales spent by account; the managing body lives on subsidies and fees too
_COSTS = {"641000": 52, "606000": 9, "613000": 8}
_MANAGER_COSTS = {"641000": 88, "606000": 16, "613000": 42}
_MANAGER_FEES_EUR = Decimal(22_000)
_CENT = Decimal("0.01")

#: one entry: journal, day, and its lines (account, amount: debit if positive, customer)
Entry = tuple[str, date, list[tuple[str, Decimal, str]]]


def fiscal_year(member_id: str, start: date) -> list[Row]:
    """The lines of one fiscal year, by FEC column; its sales are the member's turnover of those quarters to the cent."""
    rows: list[Row] = []
    for number, (journal, day, lines) in enumerate(_entries(pole.BY_ID[member_id], start), 1):
        for account, amount, customer in lines:
            rows.append(dict.fromkeys(COLUMNS, "") | {
                "JournalCode": journal, "JournalLib": _JOURNALS[journal], "EcritureNum": f"{number:05d}",
                "EcritureDate": f"{day:%Y%m%d}", "CompteNum": account, "CompteLib": _ACCOUNTS[account],
                "CompAuxNum": f"C{_CUSTOMERS.index(customer):03d}" if customer else "", "CompAuxLib": customer,
                "PieceRef": f"P{number:05d}", "PieceDate": f"{day:%Y%m%d}", "EcritureLib": _ACCOUNTS[account],
                "Debit": max(amount, 0 * _CENT), "Credit": max(-amount, 0 * _CENT), "ValidDate": f"{day:%Y%m%d}",
            })  # fmt: skip
    return rows


def _entries(one: pole.Organisation, start: date) -> Iterator[Entry]:
    draw = story.seeded("accounts", one.member_id, start)
    opening = Decimal(draw.randrange(8_000, 60_000))
    yield "AN", start, [("512000", opening, ""), ("102000", -opening, "")]
    costs = _MANAGER_COSTS if one is pole.MANAGER else _COSTS
    for first, last, sales in _months(one, start):
        parts = [(sales / 4).quantize(_CENT)] * 3
        for customer, part in zip(_CUSTOMERS, [*parts, sales - sum(parts)], strict=True):
            tax = (part / 5).quantize(_CENT)
            day = first + timedelta(days=draw.randrange(1, 26))
            yield "VE", day, [("411000", part + tax, customer), ("706000", -part, ""), ("445710", -tax, "")]
        for account, percent in costs.items():
            cost = (sales * percent / 100).quantize(_CENT)
            yield "OD", last, [(account, cost, ""), ("401000", -cost, "")]
    quarters = [Quarter.of(start).shift(n) for n in range(4)]
    public = sum((story.public_income(one, quarter) for quarter in quarters), Decimal(0))
    for account, amount in {
        "740000": public,
        "756000": _MANAGER_FEES_EUR if one is pole.MANAGER else Decimal(0),
    }.items():
        if amount:
            yield "BQ", quarters[-1].last_day, [("512000", amount, ""), (account, -amount, "")]


def _months(one: pole.Organisation, start: date) -> Iterator[tuple[date, date, Decimal]]:
    """First and last day of each month and its sales; three months make the quarter to the cent."""
    for quarter in [Quarter.of(start).shift(n) for n in range(4)]:
        amount = story.turnover(one, quarter)
        third = (amount / 3).quantize(_CENT)
        firsts = [date(quarter.year, 3 * quarter.number - 2 + month, 1) for month in range(3)]
        lasts = [firsts[1] - timedelta(days=1), firsts[2] - timedelta(days=1), quarter.last_day]
        yield from zip(firsts, lasts, (third, third, amount - 2 * third), strict=True)


def fec_text(
    rows: list[Row], separator: str = "\t", is_quoted: bool = False, has_direction: bool = False
) -> str:
    """A FEC as text: tab, pipe or semicolon; Debit and Credit, or Montant and Sens."""
    columns = list(COLUMNS)
    if has_direction:
        columns[11:13] = ["Montant", "Sens"]
        rows = [
            row | {"Montant": row["Debit"] + row["Credit"], "Sens": "D" if row["Debit"] else "C"}
            for row in rows
        ]
    buffer = io.StringIO(newline="")
    quoting: Literal[1, 3] = csv.QUOTE_ALL if is_quoted else csv.QUOTE_NONE
    writer = csv.writer(buffer, delimiter=separator, quoting=quoting, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([str(row[name]).replace(".", ",") for name in columns] for row in rows)
    return buffer.getvalue()


def fec_xml(rows: list[Row], closing: date) -> str:
    """A FEC in the XML of the tax office: entries by journal, dates with dashes, amounts with a dot."""

    def tags(row: Row, *names: str) -> str:
        return "".join(
            f"<{name}>{escape(_xml_value(name, row[name]))}</{name}>" for name in names if row[name] != ""
        )

    parts = []
    for journal, of_journal in groupby(
        sorted(rows, key=lambda r: r["JournalCode"]), key=lambda r: r["JournalCode"]
    ):
        parts.append(
            f"<journal><JournalCode>{journal}</JournalCode><JournalLib>{escape(_JOURNALS[journal])}</JournalLib>"
        )
        for _, entry in groupby(of_journal, key=lambda r: r["EcritureNum"]):
            lines = list(entry)
            head = tags(
                lines[0], "EcritureNum", "EcritureDate", "EcritureLib", "PieceRef", "PieceDate", "ValidDate"
            )
            body = "\n".join(
                f"<ligne>{tags(row, 'CompteNum', 'CompteLib', 'CompAuxNum', 'CompAuxLib', 'Debit', 'Credit')}</ligne>"
                for row in lines
            )
            parts.append(f"<ecriture>{head}\n{body}</ecriture>")
        parts.append("</journal>")
    return (
        '<?xml version="1.0" encoding="ISO-8859-15"?>\n<comptabilite><exercice>'
        f"<DateCloture>{closing}</DateCloture>\n" + "\n".join(parts) + "\n</exercice></comptabilite>\n"
    )


def _xml_value(name: str, value: object) -> str:
    text = str(value)
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if name.endswith("Date") else text
