"""Rows of declarations: each is accepted or refused whole, with one refusal per cell at fault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ingest import identity, persons
from ingest.context import Context
from ingest.corrections import Corrector
from ingest.readers import grid as grids
from ingest.readers.grid import Block, Row
from ingest.readers.refused_rows import PERSONAL, RefusedRow, as_written, repeated
from ingest.readers.row_checks import duplicates, inconsistencies, may_be_blank
from ingest.readers.totals import Totals
from ingest.values import Unreadable, parse, text_of
from periscope import tables
from periscope.receipts import Finding, Reading, Refusal, Slice
from periscope.tables import Column, Table

_BINARY_NOISE = Decimal("0.000001")
_ALIAS_REMEDY = (
    "Vérifiez le numéro ; s'il est juste, l'évaluateur ajoute la structure à register/members.csv, ou une ligne de "
    "genre « member » à register/aliases.csv."
)


@dataclass(frozen=True)
class Declarant:
    """Who declares and for when. `is_known` is False when that could not be established: nothing is accepted then."""

    sender: str = ""
    sender_siren: str = ""
    quarter: str = ""
    sent_on: date | None = None
    is_known: bool = False


@dataclass
class _Reader:
    """One row under way: its values, its refusals."""

    kind: str
    sheet: str
    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, object] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    may_be_blank: set[str] = field(default_factory=set)

    def refuse(self, reason: str, remedy: str, column: Column | None = None, code: str = "cell") -> None:
        cell = self.raw.get(column.name) if column is not None else None
        is_personal = column is not None and column.type in PERSONAL
        value = "" if is_personal else text_of(cell)[:200]
        name = column.name if column is not None else ""
        self.refusals.append(Refusal(self.row.number, reason, remedy, self.sheet, name, value, code))


class RowReader:
    """Collects the slices of one file while its rows are read."""

    def __init__(self, name: str, context: Context, corrector: Corrector, reading: Reading) -> None:
        self.name = name
        self.context = context
        self.corrector = corrector
        self.reading = reading
        self.refused: list[RefusedRow] = []
        self._slices: dict[tuple[str, ...], Slice] = {}
        self._senders: dict[tuple[str, int | None], str] = {}

    def finish(self) -> Reading:
        """The reading with its slices; what is said of a row goes to its own sender, whoever else is in the file."""
        reading = self.reading
        reading.slices = self.slices()
        reading.findings += self.corrector.close()
        of_row = self._senders.get
        reading.refusals = [replace(one, sender=of_row((one.sheet, one.row), "")) for one in reading.refusals]
        reading.findings = [replace(one, sender=of_row((one.sheet, one.row), "")) for one in reading.findings]
        return reading

    def slices(self) -> list[Slice]:
        """The slices met, rows that repeat a key refused."""
        for piece in self._slices.values():
            refused = duplicates(piece)
            self.reading.refusals += refused
            gone = {refusal.row: refusal for refusal in refused}
            self.refused += [
                repeated(piece, row, gone[row["row_number"]])
                for row in piece.rows
                if row["row_number"] in gone
            ]
            piece.rows = [row for row in piece.rows if row["row_number"] not in gone]
            piece.rows_refused += len(gone)
        return list(self._slices.values())

    def declarant(self, sheet: str, cells: dict[str, tuple[Row, str, object]]) -> Declarant:
        """The sender of a `structure` sheet; what is wrong there is refused once for the whole file."""
        number = max((row.number for row, _, _ in cells.values()), default=1)
        reader = _Reader("structure", sheet, Row(number, []))
        for column in tables.STRUCTURE.columns:
            if column.name in cells:
                row, title, cell = cells[column.name]
                reader.row = row
                reader.raw[column.name] = self.corrector.apply(sheet, row.number, title, column, cell)
            self._parse(reader, column)
        found = self._identify(reader)
        self.reading.refusals += reader.refusals
        return found

    def nothing(self, kind: str, sheet: str, declarant: Declarant | None) -> None:
        """A sheet without rows is an answer of nothing, from a sender who is known."""
        if declarant is not None and declarant.is_known:
            self._slice(kind, sheet, declarant)

    def refuse_all(
        self, kind: str, sheet: str, declarant: Declarant | None, block: Block, missing: list[str]
    ) -> None:
        """A table without a column that every row needs."""
        piece = self._slice(kind, sheet, declarant or Declarant())
        piece.rows_read += len(block.rows)
        piece.rows_refused += len(block.rows)
        columns = (*tables.DECLARATIONS[kind].columns, *tables.STRUCTURE.columns)
        labels = ", ".join(f"« {c.label_fr} » ({c.name})" for c in columns if c.name in missing)
        reason = f"Colonne absente : {labels}. Aucune ligne de ce tableau ne peut être lue."
        remedy = (
            "Ajoutez la colonne, ou déclarez votre propre titre dans register/aliases.csv (genre « column »)."
        )
        self.reading.refusals.append(
            Refusal(block.header.number, reason, remedy, sheet, code="missing_column")
        )

    def read(self, kind: str, sheet: str, declarant: Declarant | None, block: Block) -> None:
        """Read every row of one table."""
        totals = Totals(tables.DECLARATIONS[kind], block)
        for row in block.rows:
            reader = _Reader(kind, sheet, row)
            mine = declarant or Declarant()
            if row.defect:
                reader.refuse(
                    row.defect,
                    "Corrigez cette ligne dans le fichier, ou renvoyez-le en .xlsx.",
                    code="broken_line",
                )
            elif grids.is_total(row):
                reader.refuse(
                    "C'est une ligne de total.", "Rien à faire : les totaux sont recalculés.", code="total"
                )
                for column, message in totals.check(row):
                    self._find(reader, message, "wrong_total", column)
            elif self._fits(reader, block):
                mine = self._read_cells(reader, block, declarant)
                if mine.is_known and self._says_nothing(reader):
                    self.nothing(kind, sheet, mine)
                    continue
                totals.add(reader.values, reader.refusals)
            self._count(reader, mine)

    @staticmethod
    def _says_nothing(reader: _Reader) -> bool:
        """A row that names its sender and nothing else: an answer of nothing."""
        own = tables.DECLARATIONS[reader.kind].names
        identified = not grids.is_empty(reader.raw.get("siren"))
        return identified and all(grids.is_empty(reader.raw.get(name)) for name in own)

    def _fits(self, reader: _Reader, block: Block) -> bool:
        """False when a line of text has more cells than titles: its cells may have shifted."""
        width = len(block.header.cells)
        extra = [cell for cell in reader.row.cells[width:] if not grids.is_empty(cell)]
        if extra and not reader.sheet:
            reader.refuse(
                "Cette ligne a plus de cases que de titres : ses valeurs ont pu se décaler.",
                "Mettez entre guillemets les textes qui contiennent le séparateur, ou renvoyez le fichier en .xlsx.",
                code="long_line",
            )
            return False
        if not reader.sheet and len(reader.row.cells) < width:
            self._find(
                reader,
                "Ligne plus courte que les titres : les dernières colonnes sont lues comme vides.",
                "short_line",
            )
        return True

    def _read_cells(self, reader: _Reader, block: Block, declarant: Declarant | None) -> Declarant:
        self._gather(reader, block)
        table = tables.DECLARATIONS[reader.kind]
        mine = self._row_declarant(reader, declarant)
        reader.may_be_blank = may_be_blank(table, reader.raw)
        for column in table.columns:
            self._parse(reader, column)
        if not reader.refusals:
            for column, reason, remedy in inconsistencies(table, reader.values):
                reader.refuse(reason, remedy, column, code="inconsistent")
            self._notice(reader, table)
        if reader.kind == "supported_projects" and not reader.refusals:
            self._pseudonymise(reader)
        return mine

    def _gather(self, reader: _Reader, block: Block) -> None:
        """Raw cells by column, corrected; two columns of one title must not say two things."""
        known = {
            c.name: c
            for c in (
                *tables.DECLARATIONS[reader.kind].columns,
                *tables.STRUCTURE.columns,
                persons.HOLDER_CODE,
            )
        }
        for position, name in block.columns.items():
            if name not in known or position >= len(reader.row.cells):
                continue
            title = str(block.header.cells[position])
            cell = self.corrector.apply(
                reader.sheet, reader.row.number, title, known[name], reader.row.cells[position]
            )
            before = reader.raw.get(name)
            if grids.is_empty(before):
                reader.raw[name] = cell
            elif not grids.is_empty(cell) and text_of(cell) != text_of(before):
                reader.refuse(
                    "Deux colonnes portent ce titre et ne disent pas la même chose.",
                    "Gardez une seule des deux colonnes.",
                    known[name],
                )

    def _row_declarant(self, reader: _Reader, declarant: Declarant | None) -> Declarant:
        """The sender written on the row itself, else the one of the workbook."""
        columns = [c for c in tables.STRUCTURE.columns if not grids.is_empty(reader.raw.get(c.name))]
        if declarant is not None and not any(c.required for c in columns):
            if not declarant.is_known:
                reader.refuse(
                    "La feuille « structure » ne permet pas de savoir qui déclare, ou pour quel trimestre.",
                    "Corrigez d'abord la feuille « structure ».",
                    code="unknown_sender",
                )
            return declarant
        for column in tables.STRUCTURE.columns:
            self._parse(reader, column)
        return self._identify(reader)

    def _identify(self, reader: _Reader) -> Declarant:
        siren, quarter = reader.values.get("siren"), reader.values.get("quarter") or ""
        sent_on = reader.values.get("sent_on")
        if siren is None:
            return Declarant(quarter=quarter, sent_on=sent_on)
        member = self.context.member_by_siren(siren)
        if member is None and siren != self.context.managing_body_siren:
            reason = "Ce SIREN n'est celui d'aucun membre du registre."
            reader.refuse(reason, _ALIAS_REMEDY, tables.STRUCTURE.column("siren"), "unknown_sender")
            return Declarant(siren, siren, quarter, sent_on)
        sender = member.member_id if member else siren
        return Declarant(sender, siren, quarter, sent_on, is_known=bool(quarter))

    def _parse(self, reader: _Reader, column: Column) -> None:
        raw = reader.raw.get(column.name)
        try:
            value = self._value(reader, column, raw)
        except Unreadable as error:
            reader.refuse(error.reason, error.remedy, column)
            return
        if value is None and column.required and column.name not in reader.may_be_blank:
            reader.refuse(f"« {column.label_fr} » est vide.", "Renseignez cette case.", column, "missing")
        reader.values[column.name] = value
        is_number = isinstance(raw, float) and isinstance(value, Decimal) and column.type != "share"
        if is_number and abs(Decimal(repr(raw)) - Decimal(str(value))) > _BINARY_NOISE:
            self._find(
                reader, "Valeur d'une formule, arrondie à la précision de la colonne.", "rounded", column
            )

    def _value(self, reader: _Reader, column: Column, raw: object) -> object | None:
        if column.type == "sirens":
            return self._partners(reader, column, parse(column, raw))
        if column.type != "siren" or grids.is_empty(raw):
            return parse(column, raw)
        text = text_of(raw)
        member = self.context.member(text)
        if member is not None:
            return member.siren
        try:
            siren = str(parse(column, raw))
        except Unreadable:
            identity.propose_member(text, self.context, where=self._place(reader))
            raise
        member = self.context.member(siren)
        for code, message in identity.siren_remarks(raw, siren):
            self._find(reader, message, code, column)
        known = member is not None or siren == self.context.managing_body_siren
        if column.name == "employer_siren" and not known:
            raise Unreadable("Ce SIREN d'employeur n'est celui d'aucun membre du registre.", _ALIAS_REMEDY)
        return member.siren if member else siren

    def _partners(self, reader: _Reader, column: Column, texts: object | None) -> str | None:
        """SIRENs of the partners; a partner outside the register is kept as written, with a finding when it is a name."""
        found = []
        as_siren = tables.STRUCTURE.column("siren")
        for text in str(texts or "").split(";"):
            member = self.context.member(text) if text else None
            if member is not None:
                found.append(member.siren)
                continue
            try:
                siren = parse(as_siren, text)
            except Unreadable:
                siren = text
                identity.propose_member(text, self.context, where=self._place(reader))
                self._find(
                    reader,
                    "Un partenaire n'est ni un SIREN ni un membre : gardé hors du pôle.",
                    "outside_partner",
                    column,
                )
            else:
                for code, message in identity.siren_remarks(text, str(siren)) if siren else ():
                    self._find(reader, message, code, column)
            if siren:
                found.append(str(siren))
        return ";".join(found) or None

    def _notice(self, reader: _Reader, table: Table) -> None:
        values = reader.values
        if values.get("creation_kind") and not values.get("created_on"):
            message = "Un type de création sans date : le projet est gardé, la création n'est pas comptée."
            self._find(reader, message, "creation_without_date", table.column("created_on"))
        if reader.kind == "activity" and values.get("source") is None:
            values["source"] = "declared"

    def _pseudonymise(self, reader: _Reader) -> None:
        """Replace the three personal columns by a keyed pseudonym; the title gets its folded twin."""
        values = reader.values
        surname, first_name = values.pop("holder_surname") or "", values.pop("holder_first_name") or ""
        born_on = values.pop("holder_birth_date")
        pid = persons.holder_pid(surname, first_name, born_on, self.context.key)
        if pid is not None:
            persons.remember_holder(pid, surname, first_name, born_on, self._place(reader), self.context)
        else:
            pid = persons.known_code(reader.raw.get(persons.HOLDER_CODE.name))
        if pid is None:
            self._find(
                reader,
                "Porteur non nommé : ce projet ne peut pas être reconnu chez un autre membre.",
                "no_holder",
            )
        values["holder_pid"] = pid
        values["title_key"] = persons.title_key(values.get("title"))

    def _place(self, reader: _Reader) -> str:
        sheet = f", feuille {reader.sheet}" if reader.sheet else ""
        return f"{self.name}{sheet}, ligne {reader.row.number}"

    def _find(self, reader: _Reader, message: str, code: str, column: Column | None = None) -> None:
        name = column.name if column is not None else ""
        self.reading.findings.append(Finding(message, reader.sheet, reader.row.number, name, code=code))

    def _count(self, reader: _Reader, declarant: Declarant) -> None:
        piece = self._slice(reader.kind, reader.sheet, declarant)
        self._senders[reader.sheet, reader.row.number] = declarant.sender
        piece.rows_read += 1
        if declarant.sent_on is not None:
            piece.sent_on = max(piece.sent_on or declarant.sent_on, declarant.sent_on)
        if reader.refusals:
            piece.rows_refused += 1
            self.reading.refusals += reader.refusals
            where = (declarant.sender, declarant.sender_siren, declarant.quarter)
            self.refused.append(
                as_written(reader.kind, reader.sheet, reader.row.number, where, reader.raw, reader.refusals)
            )
        else:
            own = {name: value for name, value in reader.values.items() if name in _row_columns(reader.kind)}
            piece.add({"row_number": reader.row.number} | own)

    def _slice(self, kind: str, sheet: str, declarant: Declarant) -> Slice:
        key = (sheet, kind, declarant.sender, declarant.quarter, str(declarant.is_known))
        if key not in self._slices:
            # rows of nobody must not replace, nor be replaced by, those of another file
            scope = "" if declarant.is_known else self.name
            self._slices[key] = Slice(
                kind,
                declarant.sender,
                declarant.sender_siren,
                declarant.quarter,
                sheet,
                scope,
                declarant.sent_on,
            )
        return self._slices[key]


def _row_columns(kind: str) -> Iterable[str]:
    return tables.raw_columns(tables.DECLARATIONS[kind])
