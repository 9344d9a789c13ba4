"""Texts of members made safe for file names and for spreadsheets."""

from __future__ import annotations

import hashlib
import re

_FORMULA = re.compile(r"\s*[=+@＝＋－＠]|[\t\r]|\s*-(?![0-9 .,\u00a0\u202f]+€?$)")
_RESERVED = frozenset(["con", "prn", "aux", "nul", "propositions", "qualite"]) | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(10)
}


def plain_cell(cell: str) -> str:
    """A CSV cell that a spreadsheet will not run as a formula; `-12,50` stays a number."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def safe_name(text: str) -> str:
    """A file name for any text: unchanged when it is plain, else its plain letters and a short hash."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:60]
    if plain == text and plain.casefold() not in _RESERVED:
        return plain
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{plain}-{digest}" if plain else digest
