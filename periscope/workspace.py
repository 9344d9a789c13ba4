"""One workspace on disk: where things are, its settings, its key, and the lock that admits one run at a time."""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from periscope import settings as settings_module
from periscope.errors import UsageError, is_of_duckdb
from periscope.files import write_whole
from periscope.quarters import Quarter
from periscope.settings import Settings

#: Nothing in a workspace is readable by another account of the machine (SAFETY 4).
PRIVATE_UMASK = 0o077


@dataclass(frozen=True)
class Workspace:
    """A workspace folder. Every path of the house is derived here and nowhere else."""

    root: Path

    @cached_property
    def settings(self) -> Settings:
        return settings_module.load(self.root / settings_module.FILE_NAME)

    @property
    def register(self) -> Path:
        return self.root / "register"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse"

    @property
    def landed(self) -> Path:
        """Originals by content hash, and the journal of their arrivals."""
        return self.warehouse / "landed"

    @property
    def journal(self) -> Path:
        """The order in which files arrived; whole or damaged, never cut short by a crash."""
        return self.landed / "journal.jsonl"

    @property
    def raw_database(self) -> Path:
        """What files say; written by ingest in one transaction."""
        return self.warehouse / "raw.duckdb"

    @property
    def database(self) -> Path:
        """What it means; replaced whole by each build."""
        return self.warehouse / "periscope.duckdb"

    @property
    def candidate(self) -> Path:
        """Work in progress of the current run; never read by anyone else."""
        return self.warehouse / "candidate"

    @property
    def candidate_database(self) -> Path:
        """The next `database`: its name too, which is that of the database in the SQL that dbt compiled."""
        return self.candidate / self.database.name

    @property
    def log(self) -> Path:
        """What ran and how it ended, without personal data (periscope.log)."""
        return self.warehouse / "periscope.log"

    @property
    def record(self) -> Path:
        """Append-only: closings, deliveries, acceptances, withdrawals, erasures."""
        return self.root / "record"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def returns(self) -> Path:
        return self.root / "returns"

    @property
    def exploration(self) -> Path:
        """The analysts' copy, written by `periscope explore`; nothing reads it back."""
        return self.root / "exploration"

    @property
    def dictionary(self) -> Path:
        """The data dictionary, written by `periscope docs`."""
        return self.root / "dictionnaire.html"

    @property
    def forms(self) -> Path:
        return self.root / "forms"

    @property
    def texts(self) -> Path:
        """The evaluator's qualitative texts, one Markdown file per grant or funder."""
        return self.root / "texts"

    @property
    def key_path(self) -> Path:
        return self.root / self.settings.key_file

    @cached_property
    def key(self) -> bytes:
        """The 32-byte pseudonymisation key. Raises UsageError when missing or damaged: no unkeyed fallback."""
        try:
            key = bytes.fromhex(self.key_path.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise UsageError(
                f"La clé de pseudonymisation {self.key_path} est absente ou illisible. "
                "Remettez la clé d'origine (sauvegarde) : sans elle, rien n'est lu ni publié."
            ) from error
        if len(key) != 32:
            raise UsageError(f"La clé {self.key_path} ne fait pas 32 octets. Remettez la clé d'origine.")
        if self._key_mark.exists() and self._key_mark.read_text(encoding="ascii").strip() != _mark(key):
            raise UsageError(
                f"La clé {self.key_path} n'est pas celle avec laquelle cet espace de travail a été lu : une même personne y "
                "deviendrait deux. Rien n'a été modifié ; remettez la clé d'origine (sauvegarde)."
            )
        return key

    @property
    def _key_mark(self) -> Path:
        return self.record / "key.mark"

    def pin_key(self) -> None:
        """Note which key read this workspace, so that another one is refused; the mark tells nothing of the key."""
        if not self._key_mark.exists():
            self.record.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self._key_mark, f"{_mark(self.key)}\n".encode("ascii"))

    def create_key(self) -> None:
        """Write a fresh random key (the only randomness of the house), mode 0600."""
        self.key_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.key_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32) + "\n")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Admit one run at a time; freed by the system when its holder dies. Raises UsageError if held."""
        self.warehouse.mkdir(parents=True, exist_ok=True)
        with (self.warehouse / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                raise UsageError(
                    f"Un traitement est déjà en cours sur cet espace de travail ({file.read().strip()}). "
                    "Attendez qu'il finisse, puis relancez ; rien n'a été modifié."
                ) from error
            file.seek(0)
            file.truncate()
            file.write(f"processus {os.getpid()}, compte {_account()}")
            file.flush()
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """For a command that only reads: what fails under the hand of a run is told as that run. Raises UsageError."""
        try:
            yield
        except Exception as error:
            is_of_warehouse = is_of_duckdb(error) or getattr(error, "exit_status", 0) == 1
            if not is_of_warehouse or not (holder := self._holder()):
                raise
            raise UsageError(
                f"Un traitement est en cours sur cet espace de travail ({holder}) et écrit dans l'entrepôt. Attendez qu'il "
                "finisse, puis relancez ; rien n'a été modifié."
            ) from error

    def _holder(self) -> str:
        """Who holds the lock; empty when nobody does."""
        with suppress(OSError), (self.warehouse / "lock").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read().strip() or "sans nom"
        return ""


def _mark(key: bytes) -> str:
    return hmac.new(key, b"periscope key", hashlib.sha256).hexdigest()[:16]


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@dataclass(frozen=True)
class Run:
    """One run: the workspace, the quarter evaluated and the only date of the house."""

    workspace: Workspace
    quarter: Quarter
    as_of: date

    @property
    def history_start(self) -> date:
        """First day evaluated: two whole years before the quarter's, or the baseline's year when it is earlier."""
        start = date(self.quarter.year - 2, 1, 1)
        baseline = self.workspace.settings.baseline
        return min(start, date(baseline.year, 1, 1)) if baseline else start
