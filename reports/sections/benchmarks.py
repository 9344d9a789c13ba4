"""Published rates of creation and survival beside the pole's, each with what it is a share of."""

from __future__ import annotations

from decimal import Decimal

from periscope import benchmarks
from periscope.benchmarks import Benchmark
from reports import french
from reports.document import Block, Cell, Note, Table
from reports.figures import Figure
from reports.report import Report

#: the pole's indicator, that of its benchmarks, the title, what the pole's rate is a share of
_MEASURES = (
    ("conversion_rate_24m", "conversion_rate", "Transformation en création", "projets accompagnés"),
    ("survival_rate_3y", "survival_rate_3y", "Pérennité à 3 ans", "activités créées"),
    ("survival_rate_5y", "survival_rate_5y", "Pérennité à 5 ans", "activités créées"),
)
_COLUMNS = ("Qui", "Cohorte", "Part", "Sur quoi", "Source")
_NOTE = (
    "Ces repères ne sont pas des objectifs : chaque part a son propre dénominateur, qui peut la diviser par deux. Les parts "
    "de BGE rapportent les créations d'une année aux personnes de la même année ; celle du pôle suit les mêmes projets "
    "pendant 24 mois. Les créateurs accompagnés se choisissent : un écart de pérennité ne dit pas ce que l'accompagnement "
    "a changé."
)


def published_rates(report: Report) -> list[Block]:
    """One table per measure, the pole's own rates first."""
    return [*(_table(report, *measure) for measure in _MEASURES), Note(_NOTE)]


def _table(report: Report, indicator_id: str, benchmark_of: str, title: str, of: str) -> Table:
    own = [report.now(indicator_id)]
    own += report.figures.items(indicator_id, report.quarter, "members", "is_micro")
    rows = [_own(report, figure, of) for figure in own if figure is not None]
    rows += [_published(one) for one in benchmarks.load() if one.indicator_id == benchmark_of]
    return Table(f"{title} : ce pôle et les repères publiés", _COLUMNS, rows, frozenset({2}), is_folded=True)


def _own(report: Report, figure: Figure, of: str) -> list[str | Cell]:
    who = "Ce pôle" if figure.dimension == "all" else f"Ce pôle : {report.label(figure).lower()}"
    return [who, "mûres à ce jour", Cell.of(figure), _share_of(figure.numerator, figure.denominator, of), "–"]


def _published(one: Benchmark) -> list[str | Cell]:
    share_of = _share_of(one.numerator_count, one.denominator_count, one.denominator_fr)
    return [one.population_fr, one.cohort, french.share(one.value_share), share_of, one.source_fr]


def _share_of(numerator: Decimal | int | None, denominator: Decimal | int | None, of: str) -> str:
    if numerator is None or denominator is None:
        return of
    return f"{french.number(Decimal(numerator))} / {french.number(Decimal(denominator))} {of}"
