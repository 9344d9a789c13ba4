"""Tables that several sections share."""

from __future__ import annotations

from collections.abc import Sequence

from periscope import catalogue
from reports import french
from reports.document import Cell, Table
from reports.figures import Figure, indicator_name
from reports.report import Report


def coverage_text(figure: Figure | None) -> str:
    return french.share(figure.coverage, 0) if figure is not None and figure.coverage is not None else "–"


def measures(report: Report, caption: str, indicator_ids: Sequence[str], perimeter: str = "members") -> Table:
    """One row per indicator of the quarter: value, change on one year, coverage, how it is known."""
    rows: list[list[str | Cell]] = []
    for indicator_id in indicator_ids:
        figure = report.now(indicator_id, perimeter)
        if figure is None:
            continue
        rows.append(
            [
                indicator_name(indicator_id),
                Cell.of(figure),
                report.change_cell(figure),
                coverage_text(figure),
                catalogue.RUNGS.get(figure.rung, figure.rung),
                french.STATUSES.get(figure.status, figure.status),
            ]
        )
    columns = ("Indicateur", "Valeur", "Sur un an", "Couverture", "Connu par", "Statut")
    return Table(caption, columns, rows, frozenset({1, 2, 3}))


def trend_table(report: Report, caption: str, indicator_id: str, perimeter: str) -> Table:
    """One row per quarter, latest first."""
    rows: list[list[str | Cell]] = []
    for figure in reversed(report.figures.trend(indicator_id, perimeter)):
        target = report.standing_target(indicator_id, perimeter, figure.period)
        aim = french.quantity(target.target, figure.unit) if target else "–"
        rows.append([french.short_period(figure.period), Cell.of(figure), aim, coverage_text(figure)])
    return Table(caption, ("Trimestre", "Valeur", "Objectif", "Couverture"), rows, frozenset({1, 2, 3}))


def breakdown(report: Report, caption: str, figures: Sequence[Figure], heading: str) -> Table:
    """One row per item of one breakdown."""
    rows: list[list[str | Cell]] = [[report.label(f), Cell.of(f), coverage_text(f)] for f in figures]
    return Table(caption, (heading, "Valeur", "Couverture"), rows, frozenset({1, 2}))


def shown_indicators(report: Report) -> set[str]:
    """The indicators that the sections shown so far print."""
    return {figure.indicator_id for figure in report.printed}
