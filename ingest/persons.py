"""Persons become pseudonyms at the door. Names stay in memory for one run, to propose near duplicates."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import date

from rapidfuzz.distance import JaroWinkler

from ingest.context import Context, Holder, Proposal, fold
from periscope.tables import Column

#: column of the pre-filled forms by which a sender points to a holder it has already named
HOLDER_CODE = Column(
    "holder_pid",
    "text",
    "Porteur déjà connu (code)",
    help_fr="Ne pas modifier ; inutile si le porteur est nommé",
)
_PARTICLES = frozenset(
    ["le", "la", "les", "l", "un", "une", "des", "du", "de", "d", "a", "au", "aux", "en", "et"]
)
_MARKS = re.compile(r"[^\w]+|_")


def normalised_name(surname: str, first_name: str) -> str:
    """Both names as one sorted bag of words: accents, hyphens, compound and swapped names are folded."""
    return " ".join(sorted(normalised_words(f"{surname} {first_name}")))


def normalised_words(text: str) -> list[str]:
    """The words of a name, without case, accents and marks."""
    return _MARKS.sub(" ", fold(text)).split()


def holder_pid(surname: str, first_name: str, born_on: date | None, key: bytes) -> str | None:
    """Keyed pseudonym of a person, None without a name. The same person gives the same one whoever declares."""
    name = normalised_name(surname, first_name)
    if not name:
        return None
    text = f"{name}\x1f{born_on.isoformat() if born_on else ''}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def known_code(raw: object) -> str | None:
    """The pseudonym that a pre-filled form carries back; anything else is no code."""
    text = str(raw or "").strip()
    return text if re.fullmatch("[0-9a-f]{32}", text) else None


def title_key(title: str | None) -> str | None:
    """Title of a project folded: case, accents, hyphens, punctuation and particles."""
    words = _MARKS.sub(" ", fold(title or "")).split()
    return " ".join(word for word in words if word not in _PARTICLES) or " ".join(words) or None


def remember_holder(
    pid: str, surname: str, first_name: str, born_on: date | None, place: str, context: Context
) -> None:
    """Note a holder met at `place` (file, sheet, line), for `propose_near_holders`."""
    holder = Holder(normalised_name(surname, first_name), born_on.isoformat() if born_on else "", place)
    context.holders.setdefault(pid, holder)


def propose_near_holders(known: dict[str, Holder], new: Iterable[str], context: Context) -> None:
    """Propose pairs that may be one person: near names born the same day, or one name with two birth dates.

    A proposal names two places, never the persons; nothing is merged.
    """
    fresh = set(new)
    for pid in sorted(fresh):
        holder = known[pid]
        for other_pid in sorted(known):
            if other_pid == pid or (other_pid in fresh and other_pid < pid):
                continue
            score = _likeness(holder, known[other_pid], context.thresholds.name_similarity)
            if score:
                context.proposals.append(
                    Proposal("holder", holder.place, known[other_pid].place, round(score, 3))
                )


def _likeness(one: Holder, other: Holder, cutoff: float) -> float:
    if one.name == other.name:
        return 1.0
    if one.born_on != other.born_on or not one.born_on:
        return 0.0
    return float(JaroWinkler.similarity(one.name, other.name, score_cutoff=cutoff))
