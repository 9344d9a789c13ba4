"""The ledger of corrections, replayed on cells before they are read. An entry that no longer fits is said by name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from ingest.context import Context, Correction, fold
from ingest.values import Unreadable, parse, text_of
from periscope.receipts import Finding, Reading
from periscope.tables import Column

MISMATCH = "correction_mismatch"
APPLIED = "correction_applied"


def entries_of(name: str, context: Context) -> list[Correction]:
    """The entries of one file, named by its path in the inbox or by its file name."""
    names = {fold(name), fold(PurePosixPath(name).name)}
    return [entry for entry in context.corrections if fold(entry.source_file) in names]


def unanswered(name: str, context: Context, reading: Reading) -> list[Finding]:
    """A finding for each entry of a file whose reader replays no correction, or that could not be read at all."""
    if any(finding.code in (APPLIED, MISMATCH) for finding in reading.findings):
        return []
    reason = "aucune cellule de ce fichier ne peut être corrigée par le registre"
    return [_mismatch(entry, reason) for entry in entries_of(name, context)]


def without_file(names: Iterable[str], context: Context) -> list[str]:
    """A French sentence for each entry that names none of the files ever received."""
    known = {fold(text) for name in names for text in (name, PurePosixPath(name).name)}
    reason = "aucun fichier reçu ne porte ce nom"
    return [
        _mismatch(entry, reason).message
        for entry in context.corrections
        if fold(entry.source_file) not in known
    ]


class Corrector:
    """Replays the entries of one file on its cells."""

    def __init__(self, name: str, context: Context) -> None:
        self._waiting = entries_of(name, context)
        self.findings: list[Finding] = []

    @property
    def has_entries(self) -> bool:
        """False when nothing of this file is left to correct."""
        return bool(self._waiting)

    def apply(self, sheet: str, row: int, header: str, column: Column, cell: object) -> object:
        """The cell, or its corrected value when an entry names this place and the cell still says `old_value`."""
        for entry in self._waiting:
            here = entry.row == row and fold(entry.column) in (
                fold(column.name),
                fold(column.label_fr),
                fold(header),
            )
            if not here or (entry.sheet and fold(entry.sheet) != fold(sheet)):
                continue
            self._waiting.remove(entry)
            if not _same(column, cell, entry.old_value):
                self.findings.append(
                    _mismatch(entry, "la cellule ne contient plus l'ancienne valeur indiquée")
                )
                return cell
            self.findings.append(
                Finding(
                    "Valeur corrigée d'après register/corrections.csv.", sheet, row, column.name, code=APPLIED
                )
            )
            return entry.new_value
        return cell

    def close(self) -> list[Finding]:
        """Findings of the whole file; an entry that met no cell is a mismatch."""
        for entry in self._waiting:
            self.findings.append(
                _mismatch(entry, "cette ligne ou cette colonne n'existe pas dans le fichier")
            )
        self._waiting.clear()
        return self.findings


def _mismatch(entry: Correction, reason: str) -> Finding:
    place = f"« {entry.source_file} », ligne {entry.row}, colonne {entry.column}"
    place += f", feuille {entry.sheet}" if entry.sheet else ""
    message = f"Correction sans objet ({place}) : {reason}. Mettez à jour ou retirez cette ligne du registre."
    return Finding(message, entry.sheet, entry.row, entry.column, code=MISMATCH)


def _same(column: Column, cell: object, old_value: str) -> bool:
    if text_of(cell) == text_of(old_value):
        return True
    try:
        return parse(column, cell) == parse(column, old_value)
    except Unreadable:
        return False
