"""What lies in inbox/: the files to receive, and what is kept out, each with the reason and the cure."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest import sources
from ingest.unreadable import Unreadable
from periscope.errors import shown
from periscope.workspace import Workspace

_LINK = Unreadable(
    "Ceci est un lien : il n'est pas suivi, et rien de ce qu'il montre n'est reçu.",
    "Mettez à sa place le fichier ou le dossier lui-même, ou supprimez le lien.",
)
_SPECIAL = Unreadable(
    "Ceci n'est pas un fichier ordinaire (tube, prise ou périphérique).", "Supprimez-le de inbox/."
)
_NAME = Unreadable(
    "Le nom de ce fichier, ou de son dossier, n'est pas écrit en UTF-8 : les signes illisibles sont montrés par \\x.",
    "Renommez-le dans inbox/, sans accent par exemple, puis relancez.",
)
_HIDDEN = Unreadable(
    "Le nom de ce fichier commence par un point : l'ordinateur le cache, et il n'est pas reçu.",
    "Si c'est un envoi, renommez-le sans le point ; sinon, supprimez-le de inbox/.",
)
#: what office programs, file managers and version control leave beside files: nobody sent them
_OF_THE_SYSTEM = re.compile(r"~\$|\._|\.~lock\.|\.(DS_Store|directory|gitkeep|gitignore|localized)$")


@dataclass(frozen=True)
class KeptOut:
    """Something of the inbox that is not received. `name` is relative to inbox/, made readable when it is not text."""

    name: str
    why: Unreadable

    @property
    def sender(self) -> str:
        """The member's folder it lies in, if any."""
        parts = self.name.split("/")
        return parts[1] if len(parts) > 2 else ""


def look(workspace: Workspace) -> tuple[list[Path], list[KeptOut]]:
    """Files to receive, in a stable order, and what is kept out. What a system leaves there by itself is neither."""
    kept_out: list[KeptOut] = []

    def keep_out(path: Path, why: Unreadable) -> None:
        kept_out.append(KeptOut(name_of(workspace, path), why))

    def is_closed(error: OSError) -> None:
        keep_out(Path(error.filename), unreadable(error, "Ce dossier"))

    files = []
    for folder, folders, names in os.walk(workspace.inbox, onerror=is_closed):
        here = [Path(folder, name) for name in names]
        here += [path for name in folders if (path := Path(folder, name)).is_symlink()]
        for path in here:
            if _OF_THE_SYSTEM.match(path.name):
                continue
            try:
                _refuse(workspace, path)
            except Unreadable as why:
                keep_out(path, why)
            else:
                files.append(path)
    files.sort(key=lambda path: path.relative_to(workspace.inbox).as_posix())
    return files, sorted(kept_out, key=lambda one: one.name)


def name_of(workspace: Workspace, path: Path) -> str:
    """The name of a file in inbox/, made readable when it is not UTF-8; `inbox` for the folder itself."""
    if path == workspace.inbox:
        return path.name
    name = path.relative_to(workspace.inbox).as_posix()
    return name if _is_text(name) else shown(name)


def blocks(path: Path) -> Iterator[bytes]:
    """The bytes of a file. Raises Unreadable, so that a failure to read is never taken for a failure to write."""
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                yield block
    except OSError as error:
        raise unreadable(error, "Ce fichier") from None


def unreadable(error: OSError, what: str) -> Unreadable:
    """Why the system did not let a file or folder be read."""
    if isinstance(error, PermissionError):
        return Unreadable(
            f"{what} ne peut pas être lu : votre compte n'en a pas le droit.",
            "Donnez-vous le droit de le lire (« chmod -R u+rX inbox »), puis relancez.",
        )
    if isinstance(error, FileNotFoundError):
        return Unreadable(f"{what} a disparu pendant la lecture.", "Remettez-le dans inbox/, puis relancez.")
    return Unreadable(
        f"{what} ne peut pas être lu : {error.strerror}.",
        "Vérifiez le disque, remettez une bonne copie dans inbox/, puis relancez.",
    )


def _refuse(workspace: Workspace, path: Path) -> None:
    """Raise Unreadable for what is not received, before a byte of it is copied."""
    try:
        about = path.lstat()
        if stat.S_ISLNK(about.st_mode):
            raise _LINK
        if not stat.S_ISREG(about.st_mode):
            raise _SPECIAL
        if path.name.startswith("."):
            raise _HIDDEN
        if not _is_text(path.relative_to(workspace.inbox).as_posix()):
            raise _NAME
        sources.refuse_too_long(path, about.st_size)
    except OSError as error:
        raise unreadable(error, "Ce fichier") from None


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
