"""Back up a workspace into one .tar.gz, and restore it. The same workspace gives the same bytes.

What a run computes again is left out. The key is left out too, unless asked for: whoever holds both the archive and
the key can tell whether a person whom they can name is in it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from periscope import __version__
from periscope.errors import GateError, PeriscopeError, UsageError, is_full, shown
from periscope.files import PARTIAL, is_partial
from periscope.workspace import Workspace

CONTENTS = "contents.json"
#: computed again from the landed originals
_LEFT_OUT = ("forms", "exploration", "dictionnaire.html")
#: what reading something else than a backup, or a damaged one, raises
_NO_BACKUP = (
    tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError, KeyError, RecursionError,
)  # fmt: skip


def backup(workspace: Workspace, path: Path, *, with_key: bool) -> str:
    """Write the archive `path` whole or not at all, mode 0600; returns what to tell.

    Raises UsageError for a place where no archive may be, and for a workspace of which something would be left out.
    """
    _check_place(path, workspace)
    key_name = workspace.key_path.relative_to(workspace.root).as_posix() if _is_inside(workspace) else ""
    found, never_received = _files(workspace)
    files = {name: file for name, file in found.items() if name != key_name or with_key}
    hashes = {name: hashlib.sha256(_content(name, file)).hexdigest() for name, file in files.items()}
    contents = {"version": __version__, "has_key": key_name in files, "files": hashes}
    partial = path.with_name(f".{path.name}{PARTIAL}")
    try:
        with (
            partial.open("wb") as raw,
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            # ASCII, because a name of the inbox may be no text at all
            _add(archive, CONTENTS, json.dumps(contents, indent=1, sort_keys=True).encode("ascii"))
            for name, file in files.items():
                data = _content(name, file)
                if hashlib.sha256(data).hexdigest() != hashes[name]:
                    raise UsageError(
                        f"« {shown(name)} » changeait pendant la sauvegarde ; rien n'a été écrit. Relancez quand il est complet."
                    )
                _add(archive, name, data)
        partial.replace(path)
    except OSError as error:
        raise PeriscopeError(
            f"La sauvegarde {path} n'a pas pu être écrite ({error.strerror}). L'espace de travail est intact ; libérez de la "
            "place ou choisissez un autre disque, puis relancez."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    key = (
        "AVEC la clé : rangez cette archive comme un secret."
        if with_key
        else f"SANS la clé : copiez {workspace.key_path} à part (papier, coffre), sinon rien ne se relira."
    )
    left = "".join(
        f"\nLaissé de côté, car jamais reçu (lien ou fichier spécial) : {shown(name)}"
        for name in never_received
    )
    return f"{len(files)} fichiers sauvegardés dans {path}, {key}{left}"


def _check_place(path: Path, workspace: Workspace) -> None:
    """Raise UsageError: an archive in the workspace would hold itself, and escape later erasures."""
    where = path.parent.resolve()
    if where.is_relative_to(workspace.root.resolve()):
        why = "est dans l'espace de travail"
    elif not where.is_dir():
        why = "est dans un dossier qui n'existe pas"
    elif path.is_symlink() or (path.exists() and not path.is_file()):
        why = "existe déjà et n'est pas un fichier ordinaire (un lien, un dossier ou un périphérique)"
    else:
        return
    raise UsageError(f"{path} {why}. Choisissez un autre disque ou un autre dossier ; rien n'a été écrit.")


def _is_inside(workspace: Workspace) -> bool:
    return workspace.key_path.absolute().is_relative_to(workspace.root)


def _files(workspace: Workspace) -> tuple[dict[str, Path], list[str]]:
    """Everything that cannot be computed again, by its path in the workspace; and what of the inbox is never received.

    Raises UsageError naming what would be left out: a folder that does not open, a link, a special file.
    """
    found, never_received = {}, []
    for path in sorted(_walk(workspace.root)):
        parts = path.relative_to(workspace.root).parts
        is_computed = parts[0] in _LEFT_OUT or (parts[0] == "warehouse" and parts[1:2] != ("landed",))
        # the analysts' own work, in the middle of copies of the warehouse
        if (is_computed and path.suffix != ".ipynb") or is_partial(path):
            continue
        name = "/".join(parts)
        if path.is_file() and not path.is_symlink():
            found[name] = path
        elif parts[0] == "inbox" and len(parts) > 1:
            never_received.append(name)
        else:
            raise UsageError(
                f"« {shown(name)} » est un lien ou un fichier spécial : la sauvegarde ne le suit pas et serait incomplète. "
                "Mettez à sa place le fichier ou le dossier lui-même, puis relancez ; rien n'a été écrit."
            )
    return found, never_received


def _walk(root: Path) -> Iterator[Path]:
    """Every path under `root` that is no folder; a link to a folder is a path."""

    def is_closed(error: OSError) -> None:
        _refuse_unread(Path(error.filename).relative_to(root).as_posix(), error)

    for folder, folders, names in os.walk(root, onerror=is_closed):
        yield from (Path(folder, name) for name in names)
        yield from (path for name in folders if (path := Path(folder, name)).is_symlink())


def _content(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        _refuse_unread(name, error)


def _refuse_unread(name: str, error: OSError) -> NoReturn:
    raise UsageError(
        f"« {shown(name)} » ne peut pas être lu ({error.strerror}) : la sauvegarde serait incomplète, rien n'a été écrit. "
        "Donnez-vous le droit de le lire (« chmod -R u+rwX » sur l'espace de travail), puis relancez."
    ) from error


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    about = tarfile.TarInfo(name)
    about.size, about.mode = len(data), 0o600
    archive.addfile(about, io.BytesIO(data))


def restore(path: Path, root: Path) -> str:
    """Write the workspace `root` from an archive, whole or not at all; returns what to tell.

    Raises UsageError when `root` holds something or `path` is no backup, GateError when a file differs from its hash,
    PeriscopeError when the disk is at fault.
    """
    if not path.is_file():
        raise UsageError(
            f"{path} n'existe pas, ou n'est pas un fichier. Donnez le chemin de la sauvegarde ; rien n'a été restauré."
        )
    # a link to a folder stands for the folder
    root = root.resolve()
    if root.is_mount():
        raise UsageError(
            f"{root} est la racine d'un disque, qui ne peut être mise en place d'un coup. Restaurez dans un dossier neuf de "
            f"ce disque : « -w {root / 'pole'} » ; rien n'a été restauré."
        )
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UsageError(
            f"{root} n'est pas vide : une restauration n'écrase rien. Choisissez un dossier neuf par « -w DOSSIER »."
        )
    partial = root.with_name(f".{root.name}{PARTIAL}")
    if partial.exists():
        shutil.rmtree(partial)
    try:
        with tarfile.open(path, "r:gz") as archive:
            contents = _unpack(archive, partial)
        if root.exists():
            root.rmdir()
        partial.rename(root)
    except _NO_BACKUP as error:
        raise UsageError(
            f"{path} n'est pas une sauvegarde lisible ({type(error).__name__}). Rien n'a été restauré ; essayez une autre "
            "copie de cette sauvegarde."
        ) from error
    except OSError as error:
        cure = (
            "libérez de la place"
            if is_full(error)
            else "vérifiez les droits et les disques de ces deux chemins"
        )
        raise PeriscopeError(
            f"{path} n'a pas pu être restauré dans {root} ({error.strerror}). Rien n'a été restauré et la sauvegarde n'est "
            f"pas en cause ; {cure}, ou choisissez un autre dossier par « -w », puis relancez."
        ) from error
    finally:
        if partial.exists():
            shutil.rmtree(partial)
    key = "" if contents["has_key"] else f" Remettez la clé d'origine dans {Workspace(root).key_path}."
    return f"Espace de travail restauré dans {root}.{key} Puis lancez « periscope doctor -w {root} » : il recalcule l'entrepôt."


def _unpack(archive: tarfile.TarFile, root: Path) -> dict[str, Any]:
    """Only plain files that the list of contents names, each with its hash, none outside `root`."""
    first = archive.next()
    if first is None or first.name != CONTENTS or not first.isfile():
        raise ValueError("no list of contents")
    contents = json.loads(_read(archive, first))
    expected = contents.get("files") if isinstance(contents, dict) else None
    if not isinstance(expected, dict) or "has_key" not in contents:
        raise ValueError("no list of contents")
    root.mkdir(parents=True, mode=0o700)
    seen = set()
    while (member := archive.next()) is not None:
        parts = PurePosixPath(member.name).parts
        is_safe = member.isfile() and parts and ".." not in parts and not member.name.startswith("/")
        if not is_safe or member.name not in expected or member.name in seen:
            raise GateError(
                "La sauvegarde contient un fichier étranger ou dangereux : elle a été modifiée. Rien n'a été restauré."
            )
        data = _read(archive, member)
        if hashlib.sha256(data).hexdigest() != expected[member.name]:
            raise GateError(
                f"« {shown(member.name)} » est altéré dans la sauvegarde. Rien n'a été restauré ; prenez une autre copie."
            )
        seen.add(member.name)
        target = root / member.name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(data)
        target.chmod(0o600)
    if seen != expected.keys():
        raise GateError("La sauvegarde est incomplète. Rien n'a été restauré ; prenez une autre copie.")
    return dict(contents)


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    assert stream is not None
    return stream.read()
