"""The proof sheet of each number printed in a report, from what its reader has: a button opens it, without script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from periscope import catalogue
from reports import figures as figure_module
from reports import french, views
from reports.figures import Figure
from reports.report import Report

_PRINTED = re.compile(r'<span class="fig" data-figure-id="([^"]+)">(.*?)</span>', re.DOTALL)
_BUTTON = '<button type="button" class="fig" data-figure-id="{0}" popovertarget="preuve-{0}">{1}</button>'
_OTHER_PERIODS = 4


@dataclass(frozen=True)
class Sheet:
    """What a reader may know of one figure; `rows` are terms with what they say."""

    figure_id: str
    name: str
    text: str
    rows: list[tuple[str, str]]


def opened(report: Report, shown: Markup) -> tuple[Markup, list[Sheet]]:
    """The sections with each printed figure as a button, and the sheets that the buttons open, each once."""
    known = report.figures.by_id
    printed = dict.fromkeys(match[1] for match in _PRINTED.finditer(shown) if match[1] in known)
    buttons = _PRINTED.sub(lambda m: _BUTTON.format(m[1], m[2]) if m[1] in printed else m[0], shown)
    return Markup(buttons), [sheet(report, known[figure_id]) for figure_id in printed]


def sheet(report: Report, figure: Figure) -> Sheet:
    """What the report's reader may know of this figure."""
    one = catalogue.load().get(figure.indicator_id)
    rows = [
        ("Définition", one.definition_fr if one else ""),
        ("Formule", one.formula_fr if one else ""),
        ("Sources", one.sources_fr if one else ""),
        ("Période", french.period(figure.period)),
        ("Périmètre", catalogue.PERIMETERS.get(figure.perimeter, figure.perimeter)),
        ("Détail", _detail(report, figure)),
        ("Rapport", _ratio(figure)),
        ("Contributeurs", "" if figure.contributors is None else str(figure.contributors)),
        ("Couverture", views.coverage(figure)),
        ("Connu par", catalogue.RUNGS.get(figure.rung, figure.rung)),
        ("Statut", french.STATUSES.get(figure.status, figure.status)),
        ("Raison", figure.reason),
        ("Valeur exacte", _exact(figure.value)),
        ("Version", figure.indicator_version),
        ("Révision", _revisions(report, figure)),
        ("Avant et après", _others(report, figure)),
    ]
    return Sheet(figure.figure_id, figure_module.name(figure), figure.text, [row for row in rows if row[1]])


def _detail(report: Report, figure: Figure) -> str:
    if figure.dimension == "all":
        return "Ensemble"
    return f"{catalogue.DIMENSIONS.get(figure.dimension, figure.dimension)} : {report.label(figure)}"


def _ratio(figure: Figure) -> str:
    over, under = figure.numerator, figure.denominator
    return "" if over is None or under is None else f"{_exact(over)} / {_exact(under)}"


def _exact(value: Decimal | None) -> str:
    """Every decimal there is, none that is zero."""
    if value is None:
        return ""
    return french.number(value, max(0, -int(value.normalize().as_tuple().exponent)))


def _revisions(report: Report, figure: Figure) -> str:
    found = [one for one in report.context.restatements if one.figure_id == figure.figure_id]
    return " ; ".join(
        f"{_exact(one.old_value) or french.MISSING} → {_exact(one.new_value) or french.MISSING} ({one.reason})"
        for one in found
    )


def _others(report: Report, figure: Figure) -> str:
    cell = (figure.indicator_id, figure.perimeter, figure.dimension, figure.item)
    found = [one for one in report.figures.trend(*cell) if one.period != figure.period]
    told = [f"{french.short_period(one.period)} : {one.text}" for one in reversed(found[-_OTHER_PERIODS:])]
    return " ; ".join(told)
