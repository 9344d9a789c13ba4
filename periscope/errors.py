"""Failures that a person reads: French sentence, exit status of the contract."""

from __future__ import annotations

import errno
import unicodedata
from pathlib import Path

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
#: what DuckDB raises when its file or its disk is at fault (the bare class: a block that does not match its checksum); its
#: other failures are ours
_DAMAGE = ("Error", "IOException", "SerializationException", "InternalException", "FatalException")


class PeriscopeError(Exception):
    """A failure told in French: what happened, to what, what is safe, what to do.

    `exit_status` follows the contract: 1 failure of the program, 2 bad usage or settings,
    3 a gate refused to publish.
    """

    exit_status = 1


class UsageError(PeriscopeError):
    """Bad usage or bad settings."""

    exit_status = 2


class GateError(PeriscopeError):
    """A gate refused to publish; nothing was published and the previous publication is intact."""

    exit_status = 3


def shown(text: str) -> str:
    """One line for the terminal, whatever is in it: what moves the cursor, turns the text round or is no text is spelt out."""
    return "".join(map(_seen, text))


def _seen(char: str) -> str:
    # controls, marks of direction, ends of line; not the spaces of French
    if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return char
    # Python's stand-in for a byte of a name that is not UTF-8
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def shown_lines(text: str) -> str:
    """The same for a text of several lines. A name must go through `shown` first, or it could add a line."""
    return "\n".join(map(shown, text.split("\n")))


def is_full(error: BaseException) -> bool:
    """True when there was no room left on a disk."""
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def is_of_duckdb(error: BaseException) -> bool:
    """True for a failure of DuckDB, known without loading it."""
    return type(error).__module__.split(".")[0] in ("duckdb", "_duckdb")


def told(error: BaseException) -> tuple[str, int]:
    """What a person reads of a failure, and the exit status. An unknown message may quote a cell: it is never shown."""
    if isinstance(error, PeriscopeError):
        return str(error), error.exit_status
    safe = "La publication précédente est intacte."
    if isinstance(error, KeyboardInterrupt):
        return f"interrompu. {safe} Relancez la même commande : elle reprend où il faut.", 1
    if isinstance(error, BrokenPipeError):
        return (
            "ce qui lisait la sortie s'est arrêté avant la fin (« | head », par exemple). Rien n'est perdu.",
            1,
        )
    if is_full(error):
        return f"le disque est plein. {safe} Libérez de la place, puis relancez la même commande.", 1
    if isinstance(error, PermissionError | FileNotFoundError | IsADirectoryError) or (
        isinstance(error, OSError) and error.errno == errno.EROFS
    ):
        # the house opens its files by their whole path: anything else that an error names may be a cell
        is_path = Path(str(error.filename or "")).is_absolute()
        which = f"« {shown(str(error.filename))} »" if is_path else "un fichier de l'espace de travail"
        return (
            f"{which} ne peut pas être lu ou écrit ({error.strerror}). {safe} Vérifiez les droits du dossier, puis lancez "
            "« periscope doctor ».",
            1,
        )
    kind = type(error)
    if is_of_duckdb(error) and kind.__name__ in _DAMAGE:
        return (
            f"l'entrepôt a refusé de travailler ({kind.__name__}) : disque plein, ou fichier endommagé. {safe} Libérez de la "
            "place, puis lancez « periscope doctor » qui le reconstruit à partir des originaux.",
            1,
        )
    return f"échec du programme ({kind.__name__}). {safe} Relancez avec --debug pour en savoir plus.", 1
