"""The one failure of reading a cell."""

from __future__ import annotations


class Unreadable(ValueError):  # noqa: N818 - a term of the house, not a failure of the program
    """A cell that cannot be understood. `reason` and `remedy` are French sentences without the cell's content."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)  # both, so that it survives the way back from the contained process
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        return self.reason


#: a reader that failed: its exception may quote a cell, so that only its absence of meaning is told
FAILED = Unreadable(
    "Ce fichier a fait échouer sa lecture.",
    "Enregistrez-le à nouveau depuis le logiciel d'origine, puis renvoyez-le.",
)
