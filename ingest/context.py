"""What a reader may know while it reads a file: the register, the aliases, the corrections, the settings."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from periscope.settings import Mapping, Thresholds


@lru_cache(65_536)
def fold(text: str) -> str:
    """Case, accents, typographic marks and runs of blanks folded: `Salle  Éole` and `salle eole` are one."""
    if text.isascii():
        return " ".join(text.replace("_", " ").replace("-", " ").casefold().split())
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe").replace("Œ", "OE"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.replace("_", " ").replace("-", " ").casefold().split())


@dataclass(frozen=True)
class Member:
    """A line of the register of members."""

    member_id: str
    siren: str
    name: str


@dataclass(frozen=True)
class Correction:
    """One entry of the corrections ledger; `row` is the physical line, header = 1."""

    source_file: str
    row: int
    column: str
    old_value: str
    new_value: str
    sheet: str = ""


@dataclass(frozen=True)
class Proposal:
    """A near match offered to the evaluator, never applied: a line they may paste into register/aliases.csv."""

    kind: str
    raw_text: str
    id: str
    score: float
    context: str = ""


@dataclass(frozen=True)
class Holder:
    """A project holder met during this run; in memory only."""

    name: str
    born_on: str
    place: str


@dataclass
class Context:
    """Snapshot of register and settings for one reading. Lookups return None rather than guess."""

    members: list[Member]
    rooms: dict[str, str]
    aliases: dict[tuple[str, str], str]
    managing_body_siren: str
    mappings: dict[str, Mapping]
    corrections: list[Correction]
    thresholds: Thresholds
    key: bytes
    #: recurring events are expanded inside these days only, both included
    window: tuple[date, date]
    #: (name in the inbox, path) of the files that may complete another of the same survey export
    companions: list[tuple[str, Path]] = field(default_factory=list)
    #: filled by readers; written to `returns/` by the caller and stored nowhere else
    proposals: list[Proposal] = field(default_factory=list)
    #: holder_pid -> who it is; filled by readers, in memory only, to propose near duplicates inside a run
    holders: dict[str, Holder] = field(default_factory=dict)

    def member_by_siren(self, siren: str) -> Member | None:
        return next((m for m in self.members if m.siren == siren), None)

    def member(self, text: str, kind: str = "member") -> Member | None:
        """The member named by `text`: an alias of `kind` first, then its id, SIREN or exact folded name."""
        wanted = fold(text)
        target = self.aliases.get((kind, wanted)) or self.aliases.get(("member", wanted))
        for member in self.members:
            if target is not None:
                if fold(target) in (fold(member.member_id), member.siren):
                    return member
            elif wanted in (fold(member.member_id), member.siren, fold(member.name)):
                return member
        return None

    def room(self, text: str) -> str | None:
        """The room_id named by `text`: an alias first, then its id or exact folded name."""
        wanted = fold(text)
        target = self.aliases.get(("room", wanted))
        for room_id, name in self.rooms.items():
            if target is not None:
                if fold(target) == fold(room_id):
                    return room_id
            elif wanted in (fold(room_id), fold(name)):
                return room_id
        return None
