"""The catalogue of indicators: one home for every definition, label and rule (seeds/indicators.csv)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from periscope import claims
from periscope.files import csv_rows

CATALOGUE = Path(__file__).resolve().parents[1] / "seeds" / "indicators.csv"

#: The columns of figures.csv, in the order of the contract.
FIGURE_COLUMNS = (
    *(
        "figure_id",
        "indicator_id",
        "indicator_version",
        "period",
        "perimeter",
        "dimension",
        "item",
        "value",
        "unit",
    ),
    *("numerator", "denominator", "contributors", "expected", "coverage", "rung", "status", "reason"),
)
#: French labels of the catalogue's codes.
CRITERIA = {
    "members": "Membres",
    "creation": "Critère 1 : création d'activités",
    "cooperation": "Critère 2 : projets collaboratifs et leurs emplois",
    "jobs": "Emplois des membres",
    "turnover": "Critère 3 : évolution du chiffre d'affaires",
    "impact": "Effet estimé du pôle",
    "rooms": "Salles et lots",
    "money": "Financements",
}
UNITS = {
    "count": "nombre",
    "number": "nombre décimal",
    "share": "part de 0 à 1",
    "eur": "euros et centimes",
    "fte": "équivalents temps plein (ETP)",
    "hours": "heures",
}
PERIMETERS = {
    "members": "Membres",
    "permanent_residents": "Résidents permanents",
    "occasional_users": "Utilisateurs occasionnels",
    "pole": "Pôle",
    "managing_body": "Structure gestionnaire",
}
DIMENSIONS = {
    "all": "Ensemble",
    "function": "Fonction",
    "member": "Membre",
    "kind": "Nature",
    "room": "Salle",
    "category": "Catégorie",
    "cohort": "Cohorte",
    "item": "Poste",
    "is_micro": "Micro-entreprise",
}
RUNGS = {name: rung.label_fr for name, rung in claims.ladder().items()}
STATUSES = {
    "provisional": "Provisoire",
    "closed": "Définitif",
    "restated": "Révisé",
    "suppressed": "Secret statistique",
    "not_assessable": "Non disponible",
}
BASES = {
    "flow": "structures membres un jour au moins de la période",
    "stock": "structures membres le dernier jour de la période",
    "cohort": "structures membres un jour au moins du trimestre de la cohorte",
    "none": "sans objet : ni la liste des membres ni leurs réponses n'entrent dans ce chiffre",
}
SECRECY = {
    "enterprise": "secret des entreprises : masqué sous trois structures, ou si une seule domine",
    "person": "nombre de personnes : masqué sous trois, hors de l'édition interne",
    "internal": "jamais publié : édition interne seulement",
    "exempt": "aucun : ce chiffre ne dit rien d'une structure ni d'une personne",
}


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
    return {line["indicator_id"]: _indicator(line) for line in csv_rows(CATALOGUE)}


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
