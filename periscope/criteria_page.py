"""The page of definitions, docs/criteres.md, rendered from the catalogue: `python -m periscope.criteria_page`."""

from __future__ import annotations

from pathlib import Path

from periscope import catalogue
from periscope.catalogue import Indicator

PAGE = Path(__file__).resolve().parents[1] / "docs" / "criteres.md"

_INTRODUCTION = """\
# Les critères et leurs définitions

Cette page est générée du catalogue (`seeds/indicators.csv`) par `python -m periscope.criteria_page` : \
corrigez le catalogue, jamais la page.

Le document fondateur nomme trois critères : les projets de création accompagnés et les créations effectives ; \
les projets collaboratifs effectivement menés et leurs effets sur l'emploi ; l'évolution du chiffre d'affaires des \
acteurs. Les autres chiffres les éclairent.

Toute part est donnée avec ses deux nombres, tout total avec sa couverture (réponses reçues / attendues). \
Une donnée absente n'est jamais zéro. Une évolution n'est pas un effet : seul ce qui porte la mention \
« Estimé contre ce qui aurait été » prétend en être un.

Ce qui est écarté d'un chiffre a sa raison : demandé et répondu sont sa couverture ; la table `fct_dispositions` \
(`periscope explore`) donne ensuite, une ligne par projet, poste, réservation ou membre, ce qui est compté et ce qui ne \
l'est pas, et pourquoi. Une absence sans raison arrête le calcul.
"""


def render() -> str:
    """The whole page, criteria and indicators in the order of the catalogue's labels and lines."""
    parts = [_INTRODUCTION]
    for criterion, title in catalogue.CRITERIA.items():
        parts.append(f"## {title}\n")
        parts += [_section(one) for one in catalogue.load().values() if one.criterion == criterion]
    return "\n".join(parts)


def _section(indicator: Indicator) -> str:
    headline = " (critère du document fondateur)" if indicator.is_headline else ""
    lines = {
        "Identifiant": f"`{indicator.indicator_id}`, version {indicator.version} depuis {indicator.since}{headline}",
        "Calcul": indicator.formula_fr,
        "Unité": catalogue.UNITS[indicator.unit],
        "Périmètres": _listed(indicator.perimeters, catalogue.PERIMETERS),
        "Ventilations": _listed(indicator.dimensions, catalogue.DIMENSIONS),
        "Qui compte": catalogue.BASES[indicator.basis],
        "Preuve": catalogue.RUNGS[indicator.rung].lower(),
        "Secret": catalogue.SECRECY[indicator.secrecy],
        "Sources": indicator.sources_fr,
        "Modèle": f"`{indicator.model}`",
    }
    body = "\n".join(f"- {label} : {text}" for label, text in lines.items())
    return f"### {indicator.name_fr}\n\n{indicator.definition_fr}\n\n{body}\n"


def _listed(codes: tuple[str, ...], labels: dict[str, str]) -> str:
    return ", ".join(labels[code].lower() for code in codes)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
