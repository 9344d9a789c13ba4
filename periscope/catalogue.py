"""The catalogue of indicators: one home for every definition, label and rule (seeds/indicators.csv)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).resolve().parents[1] / "seeds" / "indicators.csv"


@dataclass(frozen=True)
class Indicator:
    """One line of the catalogue; `perimeters` and `dimensions` are the rows of figures it may have."""

    indicator_id: str
    version: int
    since: str
    criterion: str
    is_headline: bool
    name_fr: str
    definition_fr: str
    formula_fr: str
    unit: str
    basis: str
    answer_kind: str
    perimeters: tuple[str, ...]
    dimensions: tuple[str, ...]
    is_additive: bool
    rung: str
    secrecy: str
    sources_fr: str
    model: str


@cache
def load() -> dict[str, Indicator]:
    """Every indicator by its id, in the order of the catalogue."""
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return {line["indicator_id"]: _indicator(line) for line in csv.DictReader(file)}


def _indicator(line: dict[str, str]) -> Indicator:
    return Indicator(
        indicator_id=line["indicator_id"],
        version=int(line["version"]),
        since=line["since"],
        criterion=line["criterion"],
        is_headline=line["is_headline"] == "true",
        name_fr=line["name_fr"],
        definition_fr=line["definition_fr"],
        formula_fr=line["formula_fr"],
        unit=line["unit"],
        basis=line["basis"],
        answer_kind=line["answer_kind"],
        perimeters=tuple(line["perimeters"].split(";")),
        dimensions=tuple(line["dimensions"].split(";")),
        is_additive=line["is_additive"] == "true",
        rung=line["rung"],
        secrecy=line["secrecy"],
        sources_fr=line["sources_fr"],
        model=line["model"],
    )
