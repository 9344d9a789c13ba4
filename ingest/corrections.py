"""The ledger of corrections, replayed on cells before they are read. An entry that no longer fits is said by name."""

from __future__ import annotations

from pathlib import PurePosixPath

from ingest.context import Context, Correction, fold
from ingest.values import Unreadable, parse, text_of
from periscope.receipts import Finding
from periscope.tables import Column

MISMATCH = "correction_mismatch"
APPLIED = "correction_applied"


class Corrector:
    """The entries of one file, named by its path in the inbox or by its file name."""

    def __init__(self, name: str, context: Context) -> None:
        names = {fold(name), fold(PurePosixPath(name).name)}
        self._waiting = [c for c in context.corrections if fold(c.source_file) in names]
        self.findings: list[Finding] = []

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
                self._mismatch(entry, "la cellule ne contient plus l'ancienne valeur indiquée")
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
            self._mismatch(entry, "cette ligne ou cette colonne n'existe pas dans le fichier")
        self._waiting.clear()
        return self.findings

    def _mismatch(self, entry: Correction, reason: str) -> None:
        place = f"« {entry.source_file} », ligne {entry.row}, colonne {entry.column}"
        place += f", feuille {entry.sheet}" if entry.sheet else ""
        message = (
            f"Correction sans objet ({place}) : {reason}. Mettez à jour ou retirez cette ligne du registre."
        )
        self.findings.append(Finding(message, entry.sheet, entry.row, entry.column, code=MISMATCH))


def _same(column: Column, cell: object, old_value: str) -> bool:
    if text_of(cell) == text_of(old_value):
        return True
    try:
        return parse(column, cell) == parse(column, old_value)
    except Unreadable:
        return False
