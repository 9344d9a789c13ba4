"""The log of a workspace: which command ran, its steps, how it ended. Never a cell, a name of file or of person.

An exception is logged by its kind and the places of the program that it went through; its message may quote a cell.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from periscope.settings import FILE_NAME
from periscope.workspace import Workspace

LOGGER = logging.getLogger("periscope")
_MOST_BYTES = 1_000_000


def start(root: Path) -> None:
    """Write to the log of the workspace `root`; elsewhere, and on a full disk, the command goes on without a log."""
    # a log that cannot be written must not hide how the command ends
    logging.raiseExceptions = False
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    stop()
    # without a handler of its own, Python would print the log on the terminal
    LOGGER.addHandler(logging.NullHandler())
    if not (root / FILE_NAME).is_file():
        return
    path = Workspace(root).log
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = RotatingFileHandler(path, maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(message)s"))
        LOGGER.addHandler(handler)


def stop() -> None:
    """Close the log."""
    for handler in list(LOGGER.handlers):
        LOGGER.removeHandler(handler)
        with suppress(OSError):
            handler.close()


def failure(error: BaseException) -> None:
    """Log the kind of a failure and its way through the program, without its message."""
    places = [
        f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    LOGGER.error("échec %s, par %s", type(error).__name__, " > ".join(places))


def forget_unheard() -> None:
    """Throw away what the terminal could not take: Python would try again at the end, and change the exit status."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
