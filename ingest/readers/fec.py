"""FEC (fichier des écritures comptables, art. A47 A-1 LPF): read in bulk by DuckDB, whatever its shape (DOMAIN 5).

`load` inserts into revenue.fec_lines and revenue.fec_files; `read` tells what `load` would say, and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from ingest.context import Context
from ingest.readers import (
    fec_entries,
    fec_layout,
    fec_lines,
    fec_names,
    fec_repair,
    fec_sender,
    fec_stage,
    fec_xml,
)
from ingest.readers.fec_journals import Journal
from ingest.readers.fec_layout import FecError, Layout, recognises_fec
from ingest.readers.fec_sender import Sender
from ingest.readers.fec_stage import Staging
from periscope import warehouse
from periscope.receipts import Finding, Reading, Refusal, Slice
from periscope.warehouse import Connection

__all__ = ["load", "read", "recognises_fec"]

_SHOWN_JOURNALS = 20
#: a file this small is read once and kept in memory for the second look at some of its lines
_KEPT_BYTES = 1 << 26


def read(path: Path, name: str, context: Context) -> Reading:
    """What `load` would say of this file; the rows are kept nowhere."""
    with warehouse.connect(None) as connection:
        warehouse.create_raw(connection)
        return load(connection, path, name, "", context)


def load(connection: Connection, path: Path, name: str, file_id: str, context: Context) -> Reading:
    """Read one FEC and insert its lines under `Slice.identity(file_id)`; commits nothing.

    `name` is the path relative to inbox/: it tells the sender. One slice `fec` without rows, whose counts are those of
    the lines; a file that cannot be used gives no slice and one refusal.
    """
    reading = Reading(kind_of_file="fec")
    try:
        sender = fec_sender.sender_of(name, context)
        source = _Source(path, context, reading)
        piece = Slice("fec", sender=sender.member_id, sender_siren=sender.siren)
        _stage(connection, source, name, context, reading)
        _count(connection, piece)
        _understand(connection, reading)
        _store(connection, piece.identity(file_id), sender)
        reading.slices.append(piece)
    except FecError as error:
        reading.refusals, reading.findings = [Refusal(0, error.reason, error.remedy, code=error.code)], []
    finally:
        fec_stage.drop_tables(connection)
    return reading


class _Source:
    """One file and how to read its lines, as often as needed."""

    def __init__(self, path: Path, context: Context, reading: Reading) -> None:
        self._path = path
        with path.open("rb") as file:
            head = file.read(fec_layout.HEAD_BYTES)
        self.is_xml = fec_layout.is_xml(head)
        self.layout = fec_xml.LAYOUT if self.is_xml else _layout(path, head, context)
        self._xml = fec_xml.XmlLines(path)
        self._kept: list[pa.RecordBatch] | None = None
        reading.encoding = self.layout.encoding
        reading.separator = "xml" if self.is_xml else fec_layout.SEPARATORS[self.layout.separator]
        reading.columns = [
            (
                "",
                header,
                fec_layout.column_of(header),
                "nom du FEC" if fec_layout.column_of(header) else "non utilisée",
            )
            for header in self.layout.header
        ]

    def batches(self) -> Iterator[pa.RecordBatch]:
        if self._kept is not None:
            return iter(self._kept)
        return self._keep() if self._path.stat().st_size <= _KEPT_BYTES else self._read()

    def _keep(self) -> Iterator[pa.RecordBatch]:
        kept = []
        for batch in self._read():
            kept.append(batch)
            yield batch
        self._kept = kept

    def _read(self) -> Iterator[pa.RecordBatch]:
        return self._xml.batches() if self.is_xml else fec_lines.batches(self._path, self.layout)

    def check(self) -> None:
        """Raise what stopped the reading: an exception inside a query would lose the caller's transaction."""
        if self._xml.failure is not None:
            raise self._xml.failure


def _layout(path: Path, head: bytes, context: Context) -> Layout:
    aliases = {
        fec_layout.bare(text): target for (kind, text), target in context.aliases.items() if kind == "column"
    }
    layout = fec_layout.sniff(head, fec_layout.encoding_of_file(path), aliases)
    if layout is None:
        raise FecError(
            "L'en-tête de ce fichier ne nomme pas les colonnes d'un FEC.",
            "Demandez l'export « FEC » du logiciel comptable : sa première ligne commence par JournalCode, JournalLib…",
            "no_header",
        )
    has_amounts = {"debit", "credit"} <= set(layout.columns) or "amount" in layout.columns
    missing = [fec_layout.OFFICIAL[name] for name in ("entry_on", "account") if name not in layout.columns]
    missing += [] if has_amounts else ["Debit et Credit (ou Montant et Sens)"]
    if missing:
        raise FecError(
            f"Il manque à ce FEC : {', '.join(missing)}.",
            "Demandez un export complet (18 colonnes), ou nommez la colonne dans register/aliases.csv (genre « column »).",
            "missing_column",
        )
    return layout


def _stage(connection: Connection, source: _Source, name: str, context: Context, reading: Reading) -> None:
    """Fill `fec_staged` and the names beside it; tell what was refused, mended or corrected line by line."""
    layout = source.layout
    staging = Staging(connection, layout, source.batches, context.key.hex())
    fec_stage.create_tables(connection)
    fec_stage.stage(staging, source.batches(), header_row=layout.header_row)
    source.check()
    lines = fec_repair.looked_at(staging, name, context)
    reading.findings += fec_repair.correct(staging, lines, name, context)
    reading.findings += fec_repair.mend(staging, lines)
    reading.refusals += fec_repair.refusals(staging, lines)
    fec_names.name(staging, lines, name, context)
    sql = "select min(row_number) from fec_staged where has_point and problem = 0"
    (point_row,) = fec_stage.one(connection, sql)
    if point_row is not None and not source.is_xml:
        message = "Les montants sont écrits avec un point décimal ; la norme demande une virgule. Ils ont été compris."
        reading.findings.append(Finding(message, row=point_row, code="decimal_point"))
    if "amount" in layout.columns and "direction" not in layout.columns:
        message = (
            "Sans colonne Sens, un montant positif est lu comme un débit, un montant négatif comme un crédit."
        )
        reading.findings.append(Finding(message, column="Montant", code="signed_amount"))


def _count(connection: Connection, piece: Slice) -> None:
    sql = "select count(*), count(*) filter (problem <> 0) from fec_staged"
    piece.rows_read, piece.rows_refused = fec_stage.one(connection, sql)
    if not piece.rows_read:
        raise FecError(
            "Ce FEC ne contient aucune ligne d'écriture.",
            "Demandez un export de l'exercice entier.",
            "no_lines",
        )


def _understand(connection: Connection, reading: Reading) -> None:
    journals = fec_entries.journals_of(connection)
    reading.findings += _control_totals(connection, journals)
    reading.findings += fec_entries.settle(connection)
    reading.findings += fec_entries.assign_roles(connection, journals)
    reading.findings += fec_entries.match_parties(connection)


def _control_totals(connection: Connection, journals: list[Journal]) -> list[Finding]:
    """Findings on the totals of the file and of each journal; an imbalance never refuses a file."""
    findings = []
    doubles, first_double, odd_accounts, first_odd = fec_stage.one(
        connection,
        """
        select
            count(*) filter (debit_eur <> 0 and credit_eur <> 0),
            min(row_number) filter (debit_eur <> 0 and credit_eur <> 0),
            count(*) filter (length(account_code) < 3),
            min(row_number) filter (length(account_code) < 3)
        from fec_staged where problem = 0
        """,
    )
    if difference := sum(journal.difference_eur for journal in journals):
        message = f"Le fichier n'est pas équilibré : débits moins crédits = {difference} €."
        findings.append(Finding(message, value=str(difference), code="unbalanced_file"))
    if doubles:
        message = f"{doubles} lignes portent à la fois un débit et un crédit : les deux sont comptés."
        findings.append(Finding(message, row=first_double, value=str(doubles), code="debit_and_credit"))
    if odd_accounts:
        message = f"{odd_accounts} lignes ont un compte de moins de trois chiffres."
        findings.append(Finding(message, row=first_odd, value=str(odd_accounts), code="short_account"))
    unbalanced = [journal for journal in journals if journal.difference_eur]
    for journal in unbalanced[:_SHOWN_JOURNALS]:
        message = f"Le journal « {journal.code} » n'est pas équilibré : débits moins crédits = {journal.difference_eur} €."
        findings.append(Finding(message, value=str(journal.difference_eur), code="unbalanced_journal"))
    return findings


def _store(connection: Connection, slice_id: str, sender: Sender) -> None:
    connection.execute(
        f"""
        insert into revenue.fec_lines
            (
                slice_id, row_number, journal_code, entry_on, account_code, debit_eur, credit_eur, role,
                customer_member_id, supplier_member_id
            )
        select
            $slice_id, s.row_number, nullif(j.journal_code, ''), s.entry_on, nullif(s.account_code, ''),
            s.debit_eur, s.credit_eur, s.role,
            case when starts_with(s.account_code, '70') then c.member_id end,
            case when s.account_code[1:2] in ('60', '61', '62') then p.member_id end
        from ({fec_entries.ROLES}) as s
        left join fec_journals as j on s.journal_key = j.journal_key
        left join fec_sales as c on s.entry_key = c.entry_key
        left join fec_purchases as p on s.entry_key = p.entry_key
        """,
        {"slice_id": slice_id},
    )
    # balances brought forward in detail keep their old dates: the year begins on the last of them
    connection.execute(
        f"""
        insert into revenue.fec_files
            (slice_id, siren, first_entry_on, last_entry_on, line_count, debit_eur, credit_eur)
        select
            ?, ?,
            least(min(entry_on) filter (role <> 'opening'), max(entry_on) filter (role = 'opening')),
            max(entry_on), count(*), try_cast(sum(debit_eur) as decimal(18, 2)), try_cast(sum(credit_eur) as decimal(18, 2))
        from ({fec_entries.ROLES})
        """,
        [slice_id, sender.siren],
    )
