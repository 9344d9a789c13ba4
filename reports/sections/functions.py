"""The criteria for one function of the pole: what is published by function, and nothing else."""

from __future__ import annotations

from periscope import catalogue
from reports import charts, french
from reports.document import Block, Cell, Chart, Note, Section, Table
from reports.figures import Figure, indicator_name
from reports.report import Report
from reports.sections.tables import coverage_text

_SECTIONS = {
    "turnover": ("chiffre-affaires", "Chiffre d'affaires des acteurs"),
    "jobs": ("emplois", "Emplois"),
    "creation": ("creation", "Création d'activités"),
    "cooperation": ("cooperation", "Coopération"),
}


def by_function(report: Report, perimeter: str, function: str) -> list[Section]:
    """One section per criterion: the trends of its figures for this function, small and side by side."""
    label = report.context.item_label("function", function)
    built = []
    for criterion, (slug, title) in _SECTIONS.items():
        ids = [i.indicator_id for i in catalogue.load().values() if i.criterion == criterion]
        shown = [f for i in ids if (f := report.now(i, perimeter, "function", function)) is not None]
        blocks: list[Block] = [_table(report, f"{title}, {label}", shown)] if shown else []
        blocks += [c for f in shown if (c := _trend(report, f, label)) is not None]
        blocks.append(Note(_rest(bool(shown), label)))
        built.append(Section(slug, title, blocks))
    return built


def _rest(has_some: bool, label: str) -> str:
    others = "Les autres mesures" if has_some else "Les mesures de ce critère"
    return f"{others} ne sont pas publiées pour « {label} » à cette période : choisissez « Toutes » les fonctions pour les lire."


def _table(report: Report, caption: str, shown: list[Figure]) -> Table:
    rows: list[list[str | Cell]] = [
        [
            indicator_name(f.indicator_id),
            Cell.of(f),
            report.change_cell(f),
            coverage_text(f),
            french.STATUSES.get(f.status, f.status),
        ]
        for f in shown
    ]
    return Table(
        caption, ("Indicateur", "Valeur", "Sur un an", "Couverture", "Statut"), rows, frozenset({1, 2, 3})
    )


def _trend(report: Report, figure: Figure, label: str) -> Chart | None:
    points = report.points(figure.indicator_id, figure.perimeter, "function", figure.item)
    if sum(p.value is not None for p in points) < 2:
        return None
    title = f"{indicator_name(figure.indicator_id)}, {label}"
    description = "Courbe par trimestre ; une interruption marque un chiffre absent ou masqué."
    rows: list[list[str | Cell]] = [
        [french.short_period(f.period), Cell.of(f), coverage_text(f)]
        for f in reversed(
            report.figures.trend(figure.indicator_id, figure.perimeter, "function", figure.item)
        )
    ]
    table = Table(title, ("Trimestre", "Valeur", "Couverture"), rows, frozenset({1, 2}))
    suffix = "\u202f%" if figure.unit == "share" else ""
    return Chart(title, description, charts.trend(title, description, points, suffix), table)
