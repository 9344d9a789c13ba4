"""What a FEC looks like before it is read: encoding, line ends, separator, header (DOMAIN 5.1 to 5.3).

The file's name says nothing here. Everything is decided on the bytes, without any library's guess.
"""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from ingest.unreadable import Unreadable

#: our name of a column -> its spellings, folded to bare letters
COLUMNS = {
    "journal_code": ("journalcode",),
    "journal_label": ("journallib",),
    "entry_number": ("ecriturenum",),
    "entry_on": ("ecrituredate",),
    "account": ("comptenum",),
    "account_label": ("comptelib",),
    "customer_number": ("compauxnum", "compteauxnum"),
    "customer_name": ("compauxlib", "compteauxlib"),
    "piece": ("pieceref",),
    "piece_on": ("piecedate",),
    "entry_label": ("ecriturelib",),
    "debit": ("debit",),
    "credit": ("credit",),
    "amount": ("montant",),
    "direction": ("sens",),
    "letter": ("ecriturelet",),
    "lettered_on": ("datelet",),
    "valid_on": ("validdate",),
    "currency_amount": ("montantdevise",),
    "currency": ("idevise", "iddevise"),
    "paid_on": ("daterglt",),
    "payment_mode": ("modereglt", "modergl", "modrglt", "modergt", "modereglement", "moderglt"),
    "operation": ("natop",),
    "client_id": ("idclient",),
}
#: the names that senders know, for messages
OFFICIAL = {
    "journal_code": "JournalCode",
    "entry_on": "EcritureDate",
    "account": "CompteNum",
    "debit": "Debit",
    "credit": "Credit",
    "amount": "Montant",
    "direction": "Sens",
}
_BY_SPELLING = {spelling: name for name, spellings in COLUMNS.items() for spelling in spellings}
SEPARATORS = {"\t": "tabulation", "|": "barre verticale", ";": "point-virgule", ",": "virgule"}
HEAD_BYTES = 1 << 16
#: a line longer than this is no line of accounts
MAX_LINE_BYTES = 1 << 20
_RECOGNISED_COLUMNS = 5

_LATIN_FRENCH = bytes.fromhex("e9e8eae0e2e7eeeff4fbf9ebc9c8c0c7cab0abbba0")
_CP850_FRENCH = bytes.fromhex("828a888583878c8b9396978990f8aeafffd4b7")


class FecError(Unreadable):
    """A file that cannot be used as a FEC; `reason` and `remedy` are French sentences without any cell."""

    def __init__(self, reason: str, remedy: str, code: str) -> None:
        super().__init__(reason, remedy)
        self.code = code


@dataclass(frozen=True)
class Layout:
    """How to read one file. `columns` maps our names to 1-based positions; `width` is the header's."""

    encoding: str
    newline: str
    separator: str
    is_quoted: bool
    header: tuple[str, ...]
    header_row: int
    columns: dict[str, int]
    #: width of most lines of the head: some exports leave out the empty fields at the end of every line
    usual_width: int

    @property
    def width(self) -> int:
        return len(self.header)


def bare(text: str) -> str:
    """A header without case, accents, blanks and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return re.sub("[^a-z0-9]", "", decomposed)


def column_of(header: str) -> str:
    """Our name of a header cell, empty when it is none of ours."""
    return _BY_SPELLING.get(bare(header), "")


def encoding_of_head(head: bytes) -> str:
    """Encoding said by a byte order mark or by zero bytes; empty when only the whole file can tell."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) >= 4 and head[:400].count(0) * 3 > len(head[:400]):
        return "utf-16-le" if head[1] == 0 else "utf-16-be"
    return ""


def encoding_of_file(path: Path) -> str:
    """Encoding of the whole file: byte order mark, else strict UTF-8, else the French 8-bit set that fits best.

    Raises FecError for a line that never ends.
    """
    histogram: Counter[int] = Counter()
    is_utf8, rest = True, b""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        said = encoding_of_head(head)
        file.seek(0)
        while block := file.read(1 << 23):
            block = rest + block
            if _has_long_line(block):
                raise FecError(
                    "Une ligne de ce fichier dépasse un million de caractères : ce n'est pas une ligne d'écriture.",
                    "Demandez un nouvel export du FEC, avec une ligne par écriture.",
                    "line_too_long",
                )
            cut = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
            rest, block = block[cut:], block[:cut]
            if not said and not block.isascii():
                is_utf8 = is_utf8 and _is_utf8(block)
                if not is_utf8:
                    histogram.update(byte for byte in block if byte > 127)
        is_utf8 = is_utf8 and (bool(said) or _is_utf8(rest))
        histogram.update(byte for byte in rest if byte > 127)
    return said or ("utf-8" if is_utf8 else _eight_bit(histogram))


def _has_long_line(block: bytes) -> bool:
    start = 0
    while len(block) - start > MAX_LINE_BYTES:
        window = (start, start + MAX_LINE_BYTES)
        end = max(block.rfind(b"\n", *window), block.rfind(b"\r", *window))
        if end < 0:
            return True
        start = end + 1
    return False


def _is_utf8(block: bytes) -> bool:
    offsets = len(block).to_bytes(8, "little")
    whole = pa.LargeStringArray.from_buffers(1, pa.py_buffer(bytes(8) + offsets), pa.py_buffer(block))
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _eight_bit(histogram: Counter[int]) -> str:
    """cp850 writes é as 0x82 and ° as 0xF8, where the Latin sets have signs that French never uses."""
    if sum(histogram[b] for b in _CP850_FRENCH) > sum(histogram[b] for b in _LATIN_FRENCH):
        return "cp850"
    return "cp1252" if any(histogram[byte] for byte in range(0x80, 0xA0)) else "iso-8859-15"


def sniff(head: bytes, encoding: str, aliases: dict[str, str] | None = None) -> Layout | None:
    """Layout told by the first bytes; None when no line among the first 20 names columns of a FEC.

    `aliases` maps bare headers of the sender's own to ours. Raises FecError for a header that names one column twice.
    """
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff").replace("\0", "")
    newline = "\r\r\n" if "\r\r\n" in text else "\n" if "\n" in text else "\r"
    lines = text.replace("\r\r\n", "\n\n").replace("\r\n", "\n")
    rows = lines.split("\n") if newline != "\r" else lines.split("\r")
    if len(head) == HEAD_BYTES:
        rows = rows[:-1]
    for position, row in enumerate(rows[:20]):
        separator = max(SEPARATORS, key=lambda s: len(_known(_cells(row, s), aliases)))
        cells = _cells(row, separator)
        while cells and not cells[-1].strip():
            cells.pop()
        known = _known(cells, aliases)
        if len(known) < _RECOGNISED_COLUMNS:
            continue
        is_quoted = separator in ";," or row.lstrip().startswith('"')
        data = [_cells(line, separator) for line in rows[position + 1 :] if line.strip()]
        widths = Counter(len(fields) for fields in data)
        return Layout(
            encoding=encoding,
            newline=newline,
            separator=separator,
            is_quoted=is_quoted,
            header=tuple(cell.strip() for cell in cells),
            header_row=position + 1,
            columns=_unique(known),
            usual_width=max(widths, key=lambda width: (widths[width], width)) if widths else len(cells),
        )
    return None


def _cells(row: str, separator: str) -> list[str]:
    if '"' not in row or (separator not in ";," and not row.lstrip().startswith('"')):
        return row.split(separator)
    try:
        return next(csv.reader([row], delimiter=separator))
    except csv.Error:
        return row.split(separator)


def _known(cells: list[str], aliases: dict[str, str] | None) -> list[tuple[str, int]]:
    named = [(column_of((aliases or {}).get(bare(cell), cell)), place) for place, cell in enumerate(cells, 1)]
    return [(name, place) for name, place in named if name]


def _unique(known: list[tuple[str, int]]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for name, place in known:
        if name in columns and name in OFFICIAL:
            raise FecError(
                f"La colonne {OFFICIAL[name]} figure deux fois dans l'en-tête : laquelle est la bonne ?",
                "Retirez ou renommez la colonne en trop.",
                "duplicate_column",
            )
        columns.setdefault(name, place)
    return columns


def recognises_fec(head: bytes) -> bool:
    """True when these first bytes of a file are those of a FEC, flat or XML."""
    if is_xml(head):
        return True
    try:
        layout = sniff(head, encoding_of_head(head) or "utf-8")
    except FecError:
        return True
    if layout is None:
        return False
    return {"account", "entry_on"} <= set(layout.columns) or len(layout.columns) >= 10


def is_xml(head: bytes) -> bool:
    """True for the XML variant: an XML file that speaks of journals and entries."""
    text = head.decode(encoding_of_head(head) or "utf-8", errors="replace").lstrip("\ufeff \r\n\t")
    if not text.startswith("<"):
        return False
    folded = text.casefold()
    return any(f"<{tag}" in folded for tag in ("comptabilite", "journalcode")) and "<ecriture" in folded
