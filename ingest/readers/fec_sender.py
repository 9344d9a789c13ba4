"""Who sent a FEC, and who its customers and suppliers are: names are matched to members at the door (contract, sections 2 and 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from rapidfuzz import fuzz, process

from ingest.context import Context, Member, Proposal, fold
from ingest.readers.fec_layout import FecError

_INBOX_FOLDERS = {"revenue", "declarations", "bookings"}
_REMEDY = (
    "Faites commencer le nom du fichier par le SIREN du membre (9 chiffres), ou rangez-le dans un dossier à son "
    "identifiant, ou ajoutez dans register/aliases.csv une ligne de genre « file »."
)


@dataclass(frozen=True)
class Sender:
    """`member_id` is empty for a managing body that is no member."""

    member_id: str
    siren: str


def sender_of(name: str, context: Context) -> Sender:
    """The sender told by the path relative to inbox/. Raises FecError when nothing, or two things, tell it."""
    path = PurePosixPath(name)
    decided = next(
        (
            context.aliases[key]
            for text in (name, path.name)
            if (key := ("file", fold(text))) in context.aliases
        ),
        None,
    )
    if decided is not None:
        sender = _sender_by(decided, context)
        if sender is None:
            raise FecError(
                "La table des noms équivalents (genre « file ») donne ce fichier à un membre qui n'existe pas.",
                "Corrigez cette ligne de register/aliases.csv : identifiant ou SIREN de members.csv.",
                "unknown_sender",
            )
        return sender
    folders = [part for place, part in enumerate(path.parts[:-1]) if place or part not in _INBOX_FOLDERS]
    said = {sender for part in folders if (sender := _sender_by(part, context)) is not None}
    siren = re.match(r"(\d{9})(?!\d)", path.name)
    if siren:
        from_name = _sender_by(siren[1], context)
        if from_name is None:
            raise FecError(
                f"Le SIREN {siren[1]} qui commence le nom du fichier n'est celui d'aucun membre.",
                _REMEDY,
                "unknown_sender",
            )
        said.add(from_name)
    if len(said) > 1:
        raise FecError(
            "Le nom du fichier et son dossier désignent deux membres différents.",
            _REMEDY,
            "sender_disagreement",
        )
    if not said:
        raise FecError("Rien ne dit quel membre a envoyé ce FEC.", _REMEDY, "no_sender")
    return said.pop()


def _sender_by(text: str, context: Context) -> Sender | None:
    member = context.member(text)
    if member is not None:
        return Sender(member.member_id, member.siren)
    if context.managing_body_siren and text == context.managing_body_siren:
        return Sender("", text)
    return None


def members_among(
    parties: list[tuple[str, str]], context: Context, name: str
) -> dict[tuple[str, str], Member]:
    """Customers and suppliers (number, name) that are members. Near matches of the others become proposals, and are dropped."""
    known = {text for kind, text in context.aliases if kind in ("customer", "member")}
    for member in context.members:
        known |= {fold(member.member_id), member.siren, fold(member.name)}
    found: dict[tuple[str, str], Member] = {}
    unmatched: set[str] = set()
    for party in parties:
        texts = [text for text in party if fold(text) in known]
        members = {named for text in texts if (named := context.member(text, "customer")) is not None}
        if len(members) == 1:
            found[party] = members.pop()
        elif not members and party[1]:
            unmatched.add(party[1])
    _propose(sorted(unmatched), context, name)
    return found


def _propose(names: list[str], context: Context, source: str) -> None:
    if not names or not context.members:
        return
    scores = process.cdist(
        [fold(name) for name in names],
        [fold(member.name) for member in context.members],
        scorer=fuzz.token_sort_ratio,
        score_cutoff=100 * context.thresholds.name_similarity,
    )
    for position in np.flatnonzero(scores.any(axis=1)):
        nearest = int(scores[position].argmax())
        score = round(float(scores[position, nearest]) / 100, 4)
        member = context.members[nearest]
        context.proposals.append(Proposal("customer", names[position], member.member_id, score, source))
