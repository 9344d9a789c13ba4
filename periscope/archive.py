"""Back up a workspace into one .tar.gz, and restore it. The same workspace gives the same bytes.

What a run computes again is left out. The key is left out too, unless asked for: whoever holds both the archive and
the key can tell whether a person whom they can name is in it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from periscope import __version__
from periscope.errors import GateError, PeriscopeError, UsageError
from periscope.files import PARTIAL, is_partial
from periscope.workspace import Workspace

CONTENTS = "contents.json"
#: computed again from the landed originals
_LEFT_OUT = ("forms", "exploration", "dictionnaire.html")


def backup(workspace: Workspace, path: Path, *, with_key: bool) -> str:
    """Write the archive `path` whole or not at all, mode 0600; returns what to tell.

    Raises UsageError when `path` lies inside the workspace: it would hold itself, and escape later erasures.
    """
    if path.is_relative_to(workspace.root):
        raise UsageError(
            f"{path} est dans l'espace de travail. Choisissez un autre disque ou un autre dossier ; rien n'a été écrit."
        )
    key_name = workspace.key_path.relative_to(workspace.root).as_posix() if _is_inside(workspace) else ""
    files = {name: file for name, file in _files(workspace).items() if name != key_name or with_key}
    contents = {
        "version": __version__,
        "has_key": key_name in files,
        "files": {name: _hash(file) for name, file in files.items()},
    }
    partial = path.with_name(f".{path.name}{PARTIAL}")
    try:
        with (
            partial.open("wb") as raw,
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            _add(
                archive, CONTENTS, json.dumps(contents, ensure_ascii=False, indent=1, sort_keys=True).encode()
            )
            for name, file in files.items():
                _add(archive, name, file.read_bytes())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise PeriscopeError(
            f"La sauvegarde {path} n'a pas pu être écrite ({error.strerror}). L'espace de travail est intact ; libérez de la "
            "place ou choisissez un autre disque, puis relancez."
        ) from error
    key = (
        "AVEC la clé : rangez cette archive comme un secret."
        if with_key
        else f"SANS la clé : copiez {workspace.key_path} à part (papier, coffre), sinon rien ne se relira."
    )
    return f"{len(files)} fichiers sauvegardés dans {path}, {key}"


def _is_inside(workspace: Workspace) -> bool:
    return workspace.key_path.absolute().is_relative_to(workspace.root)


def _files(workspace: Workspace) -> dict[str, Path]:
    """Everything that cannot be computed again, by its path in the workspace."""
    found = {}
    for path in sorted(workspace.root.rglob("*")):
        parts = path.relative_to(workspace.root).parts
        is_computed = parts[0] in _LEFT_OUT or (parts[0] == "warehouse" and parts[1:2] != ("landed",))
        # the analysts' own work, in the middle of copies of the warehouse
        is_computed = is_computed and path.suffix != ".ipynb"
        if path.is_file() and not path.is_symlink() and not is_computed and not is_partial(path):
            found["/".join(parts)] = path
    return found


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    about = tarfile.TarInfo(name)
    about.size, about.mode = len(data), 0o600
    archive.addfile(about, io.BytesIO(data))


def restore(path: Path, root: Path) -> str:
    """Write the workspace `root` from an archive, whole or not at all; returns what to tell.

    Raises UsageError when `root` holds something or `path` is no backup, GateError when a file differs from its hash.
    """
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
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, KeyError) as error:
        raise UsageError(
            f"{path} n'est pas une sauvegarde lisible ({type(error).__name__}). Rien n'a été restauré ; essayez une autre "
            "copie de cette sauvegarde."
        ) from error
    finally:
        if partial.exists():
            shutil.rmtree(partial)
    key = "" if contents["has_key"] else f" Remettez la clé d'origine dans {Workspace(root).key_path}."
    return f"Espace de travail restauré dans {root}.{key} Puis lancez « periscope doctor -w {root} » : il recalcule l'entrepôt."


def _unpack(archive: tarfile.TarFile, root: Path) -> dict[str, object]:
    """Only plain files that the list of contents names, each with its hash, none outside `root`."""
    first = archive.next()
    if first is None or first.name != CONTENTS or not first.isfile():
        raise ValueError("no list of contents")
    contents: dict[str, object] = json.loads(_read(archive, first))
    expected = contents["files"]
    assert isinstance(expected, dict)
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
                f"« {member.name} » est altéré dans la sauvegarde. Rien n'a été restauré ; prenez une autre copie."
            )
        seen.add(member.name)
        target = root / member.name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(data)
        target.chmod(0o600)
    if seen != expected.keys():
        raise GateError("La sauvegarde est incomplète. Rien n'a été restauré ; prenez une autre copie.")
    return contents


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    assert stream is not None
    return stream.read()
