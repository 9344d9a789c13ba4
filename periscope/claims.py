"""The claim ladder: which words each kind of evidence allows. One home: seeds/claim_ladder.csv."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from periscope.files import csv_rows

LADDER = Path(__file__).resolve().parents[1] / "seeds" / "claim_ladder.csv"


@dataclass(frozen=True)
class Rung:
    """One kind of evidence; `allows` are families of words (reports/lexicon.py), `proposal_fr` what to write instead."""

    rung: str
    level: int
    label_fr: str
    evidence_fr: str
    allows: frozenset[str]
    proposal_fr: str


@cache
def ladder() -> dict[str, Rung]:
    """The rungs by name, weakest evidence first."""
    rungs = [
        Rung(
            line["rung"],
            int(line["level"]),
            line["label_fr"],
            line["evidence_fr"],
            frozenset(line["allows"].split(";")),
            line["proposal_fr"],
        )
        for line in csv_rows(LADDER)
    ]
    return {rung.rung: rung for rung in sorted(rungs, key=lambda rung: rung.level)}
