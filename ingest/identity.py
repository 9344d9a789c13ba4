"""Who is who: what a repaired or doubtful SIREN deserves to be told, and near names offered to the evaluator."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import JaroWinkler
from stdnum import luhn
from stdnum.fr import siret as stdnum_siret

from ingest.context import Context, Proposal, fold
from ingest.values import digits_of


def siren_remarks(raw: object, siren: str) -> list[tuple[str, str]]:
    """(code, French sentence) for each thing to know about a SIREN accepted from the cell `raw`."""
    digits = digits_of(raw)
    remarks = []
    if len(digits) not in (9, 14):
        remarks.append(
            (
                "siren_repaired",
                f"Le tableur avait ôté les zéros de tête : lu {siren}. Mettez la cellule au format texte.",
            )
        )
    elif not (stdnum_siret.is_valid(digits) if len(digits) == 14 else luhn.is_valid(siren)):
        remarks.append(
            (
                "siren_luhn",
                "Ce numéro n'a pas une clé de contrôle valable. Vérifiez-le ; il est gardé tel quel.",
            )
        )
    return remarks


def propose_member(text: str, context: Context, kind: str = "member", where: str = "") -> None:
    """Offer the members whose name is near `text`; nothing is applied."""
    _propose(kind, text, ((m.member_id, m.name) for m in context.members), context, where)


def propose_room(text: str, context: Context, where: str = "") -> None:
    """Offer the rooms whose name is near `text`; nothing is applied."""
    names = ((room_id, name) for room_id, label in context.rooms.items() for name in (room_id, label))
    _propose("room", text, names, context, where)


def _propose(
    kind: str, text: str, candidates: Iterable[tuple[str, str]], context: Context, where: str
) -> None:
    best: dict[str, float] = {}
    for identifier, name in candidates:
        score = JaroWinkler.similarity(
            fold(text), fold(name), score_cutoff=context.thresholds.name_similarity
        )
        if score > best.get(identifier, 0):
            best[identifier] = score
    for identifier, score in sorted(best.items(), key=lambda item: (-item[1], item[0])):
        proposal = Proposal(kind, text, identifier, round(score, 3), where)
        if proposal not in context.proposals:
            context.proposals.append(proposal)
