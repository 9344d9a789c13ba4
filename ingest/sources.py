"""The sources, in order of trial. Adding one is an entry here and a small reader beside the others.

A reader is a module with `read(path, name, context) -> Reading`; `name` is the path relative to inbox/, a hint only.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path

from ingest import contained, headers
from ingest.context import Context, fold
from ingest.safe_text import plain_cell
from ingest.unreadable import FAILED, Unreadable
from periscope import tables
from periscope.receipts import Reading, Refusal

_HEAD_BYTES = 65_536
_MOST_BYTES = 100_000_000


@dataclass(frozen=True)
class Head:
    """The beginning of a file, by which it is recognised."""

    path: Path
    name: str
    raw: bytes
    context: Context

    @property
    def folder(self) -> str:
        """First folder of the inbox, which settles what the content leaves open."""
        return self.name.split("/")[0] if "/" in self.name else ""

    @property
    def is_workbook(self) -> bool:
        return self.raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))

    @cached_property
    def header_rows(self) -> list[list[str]]:
        """The texts of the first rows of a text table."""
        from ingest.readers import grid, text_tables

        if self.is_workbook or self.raw.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"<", b"{", b"[")):
            return []
        whole = self.raw if len(self.raw) < _HEAD_BYTES else self.raw[: self.raw.rfind(b"\n") + 1]
        return list(grid.header_rows(text_tables.parse(whole).sheets))

    def known(self, *known: tables.Table) -> set[str]:
        """Columns of these tables found together in the first rows."""
        matching = headers.Headers(known, self.context).match
        found = [{column for text in row if (column := matching(text))} for row in self.header_rows]
        return max(found, key=len, default=set())


@dataclass(frozen=True)
class Source:
    """One kind of file. `folder` is where it usually lies; readers run in the guarded process unless `is_contained` is false."""

    id: str
    label_fr: str
    folder: str
    recognises: Callable[[Path, Head], bool]
    reader: str
    is_contained: bool = True


def _is_fec(path: Path, head: Head) -> bool:
    return bool(import_module("ingest.readers.fec").recognises_fec(head.raw))


def _is_calendar(path: Path, head: Head) -> bool:
    upper = head.raw.replace(b"\0", b"").upper()
    return any(mark in upper for mark in (b"BEGIN:VCALENDAR", b"BEGIN:VEVENT")) or _is_named(head, ".ics")


def _is_named(head: Head, ending: str) -> bool:
    """True when a name that ends so is all there is to go by: a calendar may have lost its first lines."""
    return head.name.lower().endswith(ending) and b"\0" not in head.raw and not head.is_workbook


def _is_booking_dump(path: Path, head: Head) -> bool:
    return bool(import_module("ingest.readers.booking_dumps").recognises(head.raw))


def _is_booking_table(path: Path, head: Head) -> bool:
    return bool(
        import_module("ingest.readers.bookings_csv").is_booking_header(head.header_rows, head.context)
    )


def _is_mapped(head: Head, columns: dict[str, str]) -> bool:
    """True when most headers of a mapping stand together in one row."""
    wanted = {headers.key_of(header) for header in columns}
    found = max((len(wanted & {headers.key_of(text) for text in row}) for row in head.header_rows), default=0)
    return found >= 2 and 2 * found >= len(wanted)


def _is_survey(path: Path, head: Head) -> bool:
    mappings = [m for m in head.context.mappings.values() if m.kind in tables.DECLARATIONS]
    linked = import_module("ingest.readers.survey").is_linked(head.header_rows, mappings)
    return linked or any(_is_mapped(head, mapping.columns) for mapping in mappings)


def _is_turnover(path: Path, head: Head) -> bool:
    """The columns of `activity` with siren and quarter: only the folder tells it from a declaration."""
    columns = head.known(tables.ACTIVITY, tables.STRUCTURE)
    return head.folder == "revenue" and {"siren", "quarter", "period_start", "period_end"} <= columns


def _is_declaration(path: Path, head: Head) -> bool:
    columns = head.known(*tables.DECLARATIONS.values(), tables.STRUCTURE)
    return headers.kind_of_columns(columns) is not None


SOURCES: tuple[Source, ...] = (
    Source(
        "workbook",
        "Classeur",
        "declarations",
        lambda _, head: head.is_workbook,
        "ingest.readers.workbook",
    ),
    # DuckDB streams it under a memory limit, into the warehouse itself
    Source("fec", "Fichier des écritures comptables", "revenue", _is_fec, "ingest.readers.fec", False),
    Source("ics", "Agenda iCalendar", "bookings", _is_calendar, "ingest.readers.ics"),
    Source(
        "booking_dump",
        "Sauvegarde ou export MRBS ou GRR",
        "bookings",
        _is_booking_dump,
        "ingest.readers.booking_dumps",
    ),
    Source(
        "bookings_csv", "Réservations en CSV", "bookings", _is_booking_table, "ingest.readers.bookings_csv"
    ),
    Source("survey", "Export d'enquête", "declarations", _is_survey, "ingest.readers.survey"),
    Source("turnover", "Chiffres d'affaires en CSV", "revenue", _is_turnover, "ingest.readers.turnover"),
    Source("declarations", "Déclaration", "declarations", _is_declaration, "ingest.readers.declarations"),
)


def recognise(path: Path, name: str, context: Context) -> Source | None:
    """The source of a file, from its content; None when it is none of them."""
    with path.open("rb") as file:
        head = Head(path, name, file.read(_HEAD_BYTES), context)
    return next((source for source in SOURCES if _tries(source, path, head)), None)


def _tries(source: Source, path: Path, head: Head) -> bool:
    try:
        return source.recognises(path, head)
    except Exception:  # whatever a hostile head does to one recogniser, the others are asked
        return False


def read_file(path: Path, name: str, context: Context) -> Reading:
    """Recognise a file and read it; see `read_as`."""
    return read_as(recognise(path, name, context), path, name, context)


def read_as(source: Source | None, path: Path, name: str, context: Context) -> Reading:
    """Read a file with the reader of its source. Any failure is a refused Reading, told in French without its cells."""
    try:
        reading = _read(source, path, name, context)
    except Unreadable as error:
        reading = _refused(error.reason, error.remedy)
    except (Exception, MemoryError):
        reading = _refused(FAILED.reason, FAILED.remedy)
    return reading


def _read(source: Source | None, path: Path, name: str, context: Context) -> Reading:
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("Le fichier est vide.", "Renvoyez le fichier complet.")
    if source is None:
        raise Unreadable(
            "Le contenu de ce fichier n'est reconnu pour aucune source.",
            "Utilisez le formulaire fourni, ou décrivez cet export dans periscope.toml ([mappings]) ou dans "
            "register/aliases.csv (genre « column »).",
        )
    if source.id != "fec":
        _refuse_longer(size)
    if source.is_contained:
        reading = contained.read(source.reader, path, name, context)
    else:
        reading = import_module(source.reader).read(path, name, context)
    reading.kind_of_file = reading.kind_of_file or source.id
    return reading


def refuse_too_long(path: Path, size_bytes: int) -> None:
    """Raise Unreadable for a file too long to be read, known by its first bytes; a ledger may be as long as it is."""
    if size_bytes > _MOST_BYTES:
        with path.open("rb") as file:
            is_ledger = import_module("ingest.readers.fec").recognises_fec(file.read(_HEAD_BYTES))
        if not is_ledger:
            _refuse_longer(size_bytes)


def _refuse_longer(size_bytes: int) -> None:
    if size_bytes > _MOST_BYTES:
        raise Unreadable("Le fichier dépasse 100 Mo.", "Découpez-le par trimestre.")


def _refused(reason: str, remedy: str) -> Reading:
    return Reading(refusals=[Refusal(0, reason, remedy, code="refused_file")])


def write_proposals(folder: Path, context: Context) -> None:
    """Near matches as `propositions.csv`, with the columns of register/aliases.csv first.

    A run reads only what is new, so earlier proposals stay until an alias answers them.
    """
    path = folder / "propositions.csv"
    lines = {
        tuple(map(plain_cell, (p.kind, p.raw_text, p.id, str(p.score), p.context))) for p in context.proposals
    }
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            lines |= {tuple(line) for line in list(csv.reader(file))[1:] if len(line) == 5}
    lines = {line for line in lines if (line[0], fold(line[1].lstrip("'"))) not in context.aliases}
    if not lines:
        path.unlink(missing_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "raw_text", "id", "score", "context"])
        writer.writerows(sorted(lines))
