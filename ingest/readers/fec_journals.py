"""What a journal is, told by its label in whole words and by the accounts it holds (DOMAIN 5.3 and 5.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingest.context import fold

NORMAL, OPENING, CLOSING, CENTRALISATION = "normal", "opening", "closing", "centralisation"

_OPENING_PHRASES = (
    "a nouveau",
    "a nouveaux",
    "anouveau",
    "anouveaux",
    "balance initiale",
    "bilan d ouverture",
    "bilan ouverture",
    "bilan debut",
    "bilan initial",
    "reprise des soldes",
    "reprise de soldes",
    "reprise de balance",
    "solde initial",
    "soldes initiaux",
)
#: alone, these words say too little: "AN" may be a journal of animations
_OPENING_WORDS = {"an", "ano", "anv", "ran", "ouv", "ad", "ouverture"}
#: beside "ouverture", words that add nothing to it
_EMPTY_WORDS = {
    "journal",
    "de",
    "des",
    "du",
    "d",
    "l",
    "la",
    "le",
    "les",
    "ecriture",
    "ecritures",
    "compte",
    "comptes",
    "exercice",
    "solde",
    "soldes",
}
_CLOSING_WORDS = {"cloture", "clo", "clot"}
_CLOSING_PHRASES = (
    "solde des comptes de gestion",
    "determination du resultat",
    "solde des charges et produits",
)
_CENTRAL_CODES = {"cen", "cent", "centr"}


@dataclass(frozen=True)
class Journal:
    """One journal of a file and what its accepted lines hold."""

    journal_key: int
    code: str
    label: str
    line_count: int
    balance_sheet_count: int
    #: lines on account 12, the result of the year: without one nothing was closed
    result_count: int
    first_on: date | None
    last_on: date | None
    difference_eur: Decimal
    turnover_eur: Decimal

    @property
    def has_income(self) -> bool:
        return self.line_count > self.balance_sheet_count


def _words(text: str) -> list[str]:
    return re.findall("[a-z0-9]+", fold(text))


def _says(label: str, phrases: tuple[str, ...]) -> bool:
    spaced = f" {' '.join(_words(label))} "
    return any(f" {phrase} " in spaced for phrase in phrases)


def names_opening(journal: Journal) -> bool:
    """True when the label alone says balances brought forward."""
    words = {word for word in _words(journal.label) if not word.isdigit()}
    only_opening = "ouverture" in words and words - {"ouverture"} <= _EMPTY_WORDS | _OPENING_WORDS
    return _says(journal.label, _OPENING_PHRASES) or only_opening


def hints_opening(journal: Journal) -> bool:
    """True when the code or a word of the label only suggests it."""
    return bool({*_words(journal.label), *_words(journal.code)} & _OPENING_WORDS)


def names_closing(journal: Journal) -> bool:
    """True for a journal of closing entries."""
    words = {*_words(journal.label), *_words(journal.code)}
    return bool(words & _CLOSING_WORDS) or _says(journal.label, _CLOSING_PHRASES)


def names_centralisation(journal: Journal) -> bool:
    """True for a journal that repeats others in totals."""
    words = _words(journal.label)
    return any(word.startswith("centralis") for word in words) or fold(journal.code) in _CENTRAL_CODES


def opening_journals(journals: list[Journal]) -> tuple[set[int], list[Journal]]:
    """Ids of the opening journals, and the journals that only look like one.

    A label that says so needs half of its lines on balance sheet accounts (classes 1 to 5): some exports bring
    income accounts forward too. A mere hint needs all of them, dated no later than the other journals begin.
    """
    found: set[int] = set()
    doubtful = []
    for journal in journals:
        if not journal.line_count or not (names_opening(journal) or hints_opening(journal)):
            continue
        others = [
            other.first_on
            for other in journals
            if other.first_on and other is not journal and not names_opening(other)
        ]
        is_first = journal.last_on is not None and bool(others) and journal.last_on <= min(others)
        if (names_opening(journal) and 2 * journal.balance_sheet_count >= journal.line_count) or (
            journal.balance_sheet_count == journal.line_count and is_first
        ):
            found.add(journal.journal_key)
        elif journal.balance_sheet_count < journal.line_count:
            doubtful.append(journal)
    return found, doubtful
