"""Invented FECs for tests: one small set of accounts, written in every way that senders write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from ingest.context import Context, Member
from ingest.readers import fec
from periscope import warehouse
from periscope.receipts import Reading
from periscope.settings import Thresholds
from periscope.warehouse import Connection

NAMES = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
]
MEMBERS = [
    Member("atelier", "732829320", "Atelier Coopératif"),
    Member("fournil", "356000000", "Le Fournil d'Éole"),
]
Line = dict[str, str]


def context(aliases: dict[tuple[str, str], str] | None = None, **given: Any) -> Context:
    """A context with two members and nothing else."""
    return Context(
        members=list(MEMBERS),
        rooms={},
        aliases=aliases or {},
        managing_body_siren=given.pop("managing_body_siren", ""),
        mappings={},
        corrections=given.pop("corrections", []),
        thresholds=Thresholds(),
        key=b"k" * 32,
        window=(date(2024, 1, 1), date(2026, 12, 31)),
    )


def line(journal: str, number: str, on: str, account: str, debit: str, credit: str, **more: str) -> Line:
    """One line; amounts with a comma. `journal` is `CODE label`."""
    code, _, label = journal.partition(" ")
    said = {
        "JournalCode": code,
        "JournalLib": label or code,
        "EcritureNum": number,
        "EcritureDate": on,
        "CompteNum": account,
        "CompteLib": f"Compte {account}",
        "PieceRef": f"P{number}",
        "PieceDate": on,
        "EcritureLib": f"Écriture n° {number}",
        "Debit": debit,
        "Credit": credit,
        "ValidDate": on,
    }
    return dict.fromkeys(NAMES, "") | said | more


def accounts() -> list[Line]:
    """A year: opening, sales to two customers, a credit note, a grant, a purchase. Turnover 11 334,56 €."""
    sales = "VE Journal des ventes"
    return [
        line("AN À nouveaux", "1", "20260101", "101000", "0,00", "5000,00"),
        line("AN À nouveaux", "1", "20260101", "512000", "5000,00", "0,00"),
        line(
            sales,
            "2",
            "20260115",
            "411000",
            "12481,47",
            "0,00",
            CompAuxNum="C1",
            CompAuxLib="Le Fournil d'Éole",
        ),
        line(sales, "2", "20260115", "706000", "0,00", "10401,23"),
        line(sales, "2", "20260115", "445710", "0,00", "2080,24"),
        line(
            sales,
            "3",
            "20260220",
            "411000",
            "1720,00",
            "0,00",
            CompAuxNum="C2",
            CompAuxLib="Zéphyrine Quincampoix",
        ),
        line(sales, "3", "20260220", "707000", "0,00", "1433,33"),
        line(sales, "3", "20260220", "445710", "0,00", "286,67"),
        line(sales, "4", "20260301", "709600", "500,00", "0,00"),
        line(
            sales,
            "4",
            "20260301",
            "411000",
            "0,00",
            "500,00",
            CompAuxNum="C2",
            CompAuxLib="Zéphyrine Quincampoix",
        ),
        line("BQ Banque", "5", "20260401", "512000", "3000,00", "0,00"),
        line("BQ Banque", "5", "20260401", "740000", "0,00", "3000,00"),
        line("AC Achats", "6", "20261231", "606100", "80,00", "0,00"),
        line("AC Achats", "6", "20261231", "401000", "0,00", "80,00"),
    ]


TURNOVER = "11334.56"


def flat(
    lines: list[Line],
    *,
    names: list[str] | None = None,
    separator: str = "\t",
    end: str = "\n",
    encoding: str = "utf-8",
    change: Callable[[str, str], str] = lambda name, value: value,
    title: Callable[[str], str] = lambda name: name,
    after: str = "",
) -> bytes:
    """The lines as a flat file; `change(column, value)` rewrites each cell, `after` ends each record."""
    names = names or NAMES
    rows = [
        [title(name) for name in names],
        *([change(name, said.get(name, "")) for name in names] for said in lines),
    ]
    text = "".join(separator.join(row) + after + end for row in rows)
    return text.encode(encoding)


def quoted(lines: list[Line], separator: str = ";") -> bytes:
    """As a spreadsheet writes it, line breaks and separators inside labels included."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    writer.writerow(NAMES)
    for said in lines:
        writer.writerow([f"{said[n]} ; suite\nfin" if n == "EcritureLib" else said[n] for n in NAMES])
    return buffer.getvalue().encode("utf-8-sig")


def xml(lines: list[Line]) -> bytes:
    """The XML variant, one `ecriture` per line."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<comptabilite><exercice>"]
    for said in lines:
        on = f"{said['EcritureDate'][:4]}-{said['EcritureDate'][4:6]}-{said['EcritureDate'][6:]}"
        parts.append(f"<journal><JournalCode>{said['JournalCode']}</JournalCode>")
        parts.append(f"<JournalLib>{escape(said['JournalLib'])}</JournalLib><ecriture>")
        parts.append(f"<EcritureNum>{said['EcritureNum']}</EcritureNum><EcritureDate>{on}</EcritureDate>")
        parts.append(
            f"<PieceRef>{said['PieceRef']}</PieceRef><ligne><CompteNum>{said['CompteNum']}</CompteNum>"
        )
        parts.append(f"<CompteAuxNum>{said['CompAuxNum']}</CompteAuxNum>")
        parts.append(f"<CompAuxLib>{escape(said['CompAuxLib'])}</CompAuxLib>")
        side = "Debit" if said["Credit"] == "0,00" else "Credit"
        parts.append(f"<{side}>{said[side].replace(',', '.')}</{side}></ligne></ecriture></journal>")
    return "\n".join([*parts, "</exercice></comptabilite>"]).encode()


@contextmanager
def loaded(
    folder: Path, content: bytes, name: str = "revenue/732829320FEC20261231.txt", known: Context | None = None
) -> Iterator[tuple[Connection, Reading]]:
    """A memory warehouse with one FEC loaded as the orchestrator does, inside a transaction."""
    path = folder / "landed"
    path.write_bytes(content)
    with warehouse.connect(None) as connection:
        warehouse.create_raw(connection)
        connection.begin()
        reading = fec.load(connection, path, name, "f" * 64, known or context())
        connection.commit()
        yield connection, reading


def turnover(connection: Connection) -> str:
    """Σ credit − debit of the 70 accounts that count."""
    row = connection.execute(
        "select sum(credit_eur - debit_eur) from revenue.fec_lines "
        "where role = 'normal' and starts_with(account_code, '70')"
    ).fetchone()
    assert row is not None
    return str(row[0])


def codes(reading: Reading) -> set[str]:
    return {finding.code for finding in reading.findings}
