"""Put a whole quarter in place at once: a reader sees the old publication or the new one, never a mixture.

The candidate folder and `published/<quarter>` exchange their names in one call of the system.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path

from periscope.errors import PeriscopeError
from periscope.workspace import Run

_AT_FDCWD, _RENAME_EXCHANGE, _RENAME_SWAP = -100, 2, 2


def candidate_folder(run: Run) -> Path:
    """An empty folder for the publication being prepared, on the same disk as `published/`."""
    folder = run.workspace.candidate / "published" / str(run.quarter)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, mode=0o700)
    return folder


def put_in_place(run: Run, candidate: Path) -> Path:
    """Switch the candidate and the folder of the quarter; returns `published/<quarter>`.

    Raises PeriscopeError when the disk refuses; the previous publication then stands as it was.
    """
    place = run.workspace.published / str(run.quarter)
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_private_and_durable(candidate)
        if place.exists():
            _exchange(candidate, place)
        else:
            candidate.rename(place)
        _sync_folder(place.parent)
    except OSError as error:
        raise PeriscopeError(
            f"La publication de {run.quarter} n'a pas pu être mise en place ({error.strerror}) : la précédente est "
            "intacte. Libérez de la place ou rendez le dossier « published » accessible, puis relancez."
        ) from error
    if candidate.exists():
        shutil.rmtree(candidate)
    return place


def _exchange(new: Path, old: Path) -> None:
    """Exchange two folders in one step; on a disk that cannot, two renames (the old one aside, the new one in)."""
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(new), os.fsencode(old)
    if sys.platform == "darwin":
        failed = library.renamex_np(*names, ctypes.c_uint(_RENAME_SWAP))
    else:
        failed = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], ctypes.c_uint(_RENAME_EXCHANGE))
    if not failed:
        return
    code = ctypes.get_errno()
    if code not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        raise OSError(code, os.strerror(code))
    aside = new.with_name(f"{new.name}.old")
    old.rename(aside)
    new.rename(old)
    shutil.rmtree(aside)


def make_private_and_durable(folder: Path) -> None:
    """Modes 0600 and 0700, and every byte on the disk."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    for path in [*(p for p in folder.rglob("*") if p.is_dir()), folder]:
        _sync_folder(path)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
