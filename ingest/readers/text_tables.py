"""Text tables in any encoding and separator. A stray quotation mark costs its own line, not the file."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from ingest.readers.grid import Grid, Row, Sheet
from ingest.unreadable import Unreadable
from periscope.receipts import Finding

SEPARATORS = (";", ",", "\t", "|")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_FRENCH = set("àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆ°€«»’‘“”–—…²³µ\u00a0ñáíóúãõ")
LINE_END = re.compile(r"\r+\n|\n|\r")
#: a quoted cell with more line breaks than this is a quotation mark that was never closed
_LONGEST_CELL_LINES = 5_000
#: lines read for nothing, behind quotation marks never closed, before a cell is held to one line
_MOST_LOST_LINES = 100_000
_LONGEST_CELL = 1_000_000
_SAMPLE_LINES, _SAMPLE_LINE = 400, 65_536
MOST_COLUMNS = 16_384
UNCLOSED = "Un guillemet ouvert sur cette ligne n'est pas refermé."


@dataclass
class Text:
    """A text file, decoded and not yet cut into cells."""

    content: str
    encoding: str
    findings: list[Finding]

    @cached_property
    def separator(self) -> str:
        lines = islice(_lines(self.content), _SAMPLE_LINES)
        return _separator([line[:_SAMPLE_LINE] for line in lines])

    def rows(self) -> Iterator[Row]:
        """Every line, blank ones included, cut into cells; quotation marks are understood."""
        return _records(list(_lines(self.content)), self.separator)


def read(path: Path) -> Grid:
    """One unnamed sheet. Raises Unreadable when the file is no text."""
    return parse(path.read_bytes())


def parse(raw: bytes) -> Grid:
    """The table in `raw`, which may be the beginning of a file."""
    text = open_text(raw)
    rows = list(text.rows())
    findings = text.findings + unclosed_quotes(row.defect for row in rows)
    return Grid([Sheet("", rows)], text.encoding, text.separator, findings)


def open_text(raw: bytes) -> Text:
    """Decode a file. Raises Unreadable when it is no text."""
    text, encoding, findings = decode(raw)
    if text.count("\0") > len(text) // 100:
        raise Unreadable(
            "Ce fichier n'est pas un texte lisible.", "Enregistrez-le en .csv (UTF-8) ou en .xlsx."
        )
    if text.lstrip().startswith("<"):
        raise Unreadable(
            "Ce fichier est une page ou un document XML, pas une table.",
            "Enregistrez-le en .xlsx ou en .csv.",
        )
    return Text(text, encoding, findings)


def unclosed_quotes(defects: Iterable[str]) -> list[Finding]:
    """The finding of a file of which some line opens a quotation mark and never closes it."""
    if UNCLOSED not in defects:
        return []
    message = "Des guillemets non refermés : les lignes touchées sont refusées."
    return [Finding(message, code="unclosed_quote")]


def _lines(text: str) -> Iterator[str]:
    start = 0
    for end in LINE_END.finditer(text):
        yield text[start : end.start()]
        start = end.end()
    if start < len(text):
        yield text[start:]


def decode(raw: bytes) -> tuple[str, str, list[Finding]]:
    """Text, encoding found, findings. UTF-8 and UTF-16 prove themselves; the rest is judged by its French letters."""
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return (
                raw.decode(encoding, errors="replace"),
                encoding,
                _lost(raw.decode(encoding, errors="replace")),
            )
    sample = raw[:4096]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(sample) >= 4 and sample[offset::2].count(0) * 2 > len(sample) // 2 > 2 * sample[
            1 - offset :: 2
        ].count(0):
            return raw.decode(encoding, errors="replace"), encoding, []
    try:
        return raw.decode("utf-8"), "utf-8", _lost(raw.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    lines = raw.splitlines(keepends=True)
    high = [line for line in lines if not line.isascii()]
    wrong = [line for line in high if not _is_utf8(line)]
    if len(wrong) * 2 < len(high):
        mixed = "".join(
            line.decode("utf-8") if _is_utf8(line) else line.decode(_single_byte(line)) for line in lines
        )
        message = (
            f"Deux encodages dans le fichier : UTF-8, sauf {len(wrong)} ligne(s). Vérifiez leurs accents."
        )
        return mixed, "utf-8", [Finding(message, code="mixed_encoding")]
    encoding = _single_byte(b"".join(high[:5000]))
    return raw.decode(encoding), encoding, []


def _lost(text: str) -> list[Finding]:
    if "\ufffd" not in text:
        return []
    return [
        Finding(
            "Des caractères ont été perdus avant l'envoi (losanges). Enregistrez en UTF-8.",
            code="lost_characters",
        )
    ]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _single_byte(raw: bytes) -> str:
    """cp1252, ISO 8859-15 or cp850: the one that yields most French letters and signs; ties in this order."""
    best, best_score = "iso8859-15", -1
    for encoding in ("cp1252", "iso8859-15", "cp850"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        score = sum(1 for character in text if character in _FRENCH)
        if score > best_score:
            best, best_score = encoding, score
    return best


def _separator(lines: list[str]) -> str:
    """The separator under which most of these first records have one width; the wider on a tie."""
    declared = re.fullmatch(r"(?i)\"?sep=(.)\"?", lines[0].strip(" \ufeff")) if lines else None
    if declared:
        return declared[1]
    best, best_score = ",", (0.0, 0)
    sample = [line for line in lines if line.strip()][:200]
    for separator in SEPARATORS:
        widths = Counter(len(row.cells) for row in _records(sample, separator))
        many = {width: count for width, count in widths.items() if width > 1}
        if many:
            width = max(many, key=lambda w: (many[w], w))
            score = (round(many[width] / sum(widths.values()), 1), width)
            if score > best_score:
                best, best_score = separator, score
    return best


def _records(lines: list[str], separator: str) -> Iterator[Row]:
    """Split lines into rows. A quoted cell may hold line breaks if its record then has the usual width.

    Each line that opens a quotation mark in vain is told, and the next is read anew. In a file made of such lines that
    would take the square of its length: past a number of lines lost so, no cell holds a line break any more.
    """
    csv.field_size_limit(_LONGEST_CELL)
    width = _usual_width(lines, separator)
    start = lost = 0
    while start < len(lines):
        most = _LONGEST_CELL_LINES if lost < _MOST_LOST_LINES else 1
        records = _Records(lines, start, separator, most)
        try:
            for begin, end, cells in records:
                if end - begin > 1 and _is_unclosed(lines[begin:end], cells, width, end == len(lines)):
                    raise csv.Error
                yield _row(begin + 1, cells)
            break
        except csv.Error:
            begin = records.begin
            yield Row(begin + 1, list(lines[begin].split(separator, MOST_COLUMNS)), UNCLOSED)
            lost += records.read - begin
            start = begin + 1


class _Records:
    """(first line, line after, cells) of each record. Raises csv.Error in one of more than `most` lines."""

    def __init__(self, lines: list[str], start: int, separator: str, most: int) -> None:
        self.begin = self.read = start
        self._lines, self._separator, self._most = lines, separator, most

    def __iter__(self) -> Iterator[tuple[int, int, list[str]]]:
        for cells in csv.reader(self._feed(), delimiter=self._separator):
            yield self.begin, self.read, cells
            self.begin = self.read

    def _feed(self) -> Iterator[str]:
        while self.read < len(self._lines):
            if self.read - self.begin >= self._most:
                raise csv.Error
            self.read += 1
            yield self._lines[self.read - 1] + "\n"


def _usual_width(lines: list[str], separator: str) -> int:
    """Width of most records at the beginning, cells with line breaks included; 0 when there is none."""
    widths: Counter[int] = Counter()
    try:
        for cells in csv.reader((line + "\n" for line in lines[:5000]), delimiter=separator):
            if cells:
                widths[len(cells)] += 1
    except csv.Error:
        pass  # an unclosed quotation mark: what came before says enough
    return max(widths, key=lambda width: (widths[width], width), default=0)


def _is_unclosed(lines: list[str], cells: list[str], width: int, is_last: bool) -> bool:
    if width > 1 and len(cells) != width:
        return True
    return is_last and sum(line.count('"') for line in lines) % 2 == 1


def _row(number: int, cells: list[str]) -> Row:
    if len(cells) > MOST_COLUMNS:
        return Row(number, list(cells[:MOST_COLUMNS]), f"Cette ligne a {len(cells)} cases.")
    return Row(number, list(cells))
