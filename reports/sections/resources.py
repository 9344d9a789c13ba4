"""Rooms, money of the pole, and estimated effects."""

from __future__ import annotations

from decimal import Decimal

from reports import cerfa, charts, eligibility, french
from reports.charts import Point
from reports.document import Block, Cell, Chart, Section, Table
from reports.figures import Figure
from reports.report import Report, scaled
from reports.sections.tables import breakdown, measures

_GRANT_STAGES = {"grant_requested": "Demandé", "grant_awarded": "Accordé", "grant_paid": "Versé"}
_ROOM_QUARTERS = 8


def rooms(report: Report) -> Section:
    """Occupancy by room and quarter, then hours and receipts."""
    blocks: list[Block] = []
    by_room = report.figures.items("occupancy_rate", report.quarter, "pole", "room")
    if by_room:
        blocks.append(_heat_map(report, by_room))
    by_category = report.figures.items("booked_hours", report.quarter, "pole", "category")
    if by_category:
        blocks.append(breakdown(report, "Heures réservées par catégorie d'usager", by_category, "Catégorie"))
    ids = ("occupancy_rate", "booked_hours", "after_hours", "no_show_rate", "room_revenue", "member_advantage",
           "booking_gap", "lot_vacancy")  # fmt: skip
    blocks.append(measures(report, "Salles et lots", ids, "pole"))
    return Section("salles", "Salles", blocks)


def _heat_map(report: Report, by_room: list[Figure]) -> Chart:
    trends = {
        figure.item: report.figures.trend("occupancy_rate", "pole", "room", figure.item) for figure in by_room
    }
    quarters = sorted({f.period for trend in trends.values() for f in trend})[-_ROOM_QUARTERS:]
    title = "Taux d'occupation par salle et par trimestre"
    description = "Plus la case est foncée, plus la salle est occupée ; le taux est écrit dans la case."
    rows: dict[str, list[Point]] = {}
    lines: list[list[str | Cell]] = []
    for figure in by_room:
        found = [report.figures.get("occupancy_rate", q, "pole", "room", figure.item) for q in quarters]
        rows[report.label(figure)] = [
            Point(
                "",
                None if f is None or f.value is None else float(f.value),
                french.share(f.value, 0) if f else "–",
            )
            for f in found
        ]
        lines.append([report.label(figure), *(Cell.of(f) for f in found)])
    labels = [french.short_period(q) for q in quarters]
    table = Table(title, ("Salle", *labels), lines, frozenset(range(1, len(labels) + 1)))
    return Chart(title, description, charts.heat_map(title, description, labels, rows), table)


def funding(report: Report) -> Section:
    """Grants requested, awarded, paid; then the action's budget, planned against realised."""
    stages = {
        stage: {f.item: f for f in report.figures.items(stage, report.quarter, "pole", "item")}
        for stage in _GRANT_STAGES
    }
    grants = sorted({item for found in stages.values() for item in found})
    blocks: list[Block] = []
    if grants:
        blocks.append(_grants_chart(report, stages, grants))
    for action, year in actions(report):
        blocks.append(_plan(report, action, year))
    blocks.append(measures(report, "Structure gestionnaire", ("self_financing_ratio",), "managing_body"))
    return Section("financements", "Financements", blocks)


def actions(report: Report) -> list[tuple[str, str]]:
    """The actions and fiscal years of the grants shown."""
    shown = {grant.action for grant in report.context.grants}
    return sorted({(b.action, b.fiscal_year) for b in report.context.budget_lines if b.action in shown})


def grant_label(report: Report, grant_id: str) -> str:
    known = {g.grant_id: f"{g.funder_label} – {g.purpose}".strip(" –") for g in report.context.grants}
    return known.get(grant_id) or report.context.item_label("item", grant_id)


def _grants_chart(report: Report, stages: dict[str, dict[str, Figure]], grants: list[str]) -> Chart:
    title = f"Subventions, cumul à fin {french.short_period(report.quarter)}"
    points = []
    for stage, label in _GRANT_STAGES.items():
        values = [stages[stage][g].value for g in grants if g in stages[stage]]
        known = [value for value in values if value is not None]
        total = sum(known, Decimal(0)) if known else None
        points.append(Point(label, scaled(total, "eur"), french.euros(total)))
    description = f"Entonnoir : {french.listing([f'{p.label.lower()} {p.text}' for p in points])}."
    rows: list[list[str | Cell]] = [
        [grant_label(report, grant), *(Cell.of(stages[stage].get(grant)) for stage in _GRANT_STAGES)]
        for grant in grants
    ]
    table = Table(title, ("Subvention", *_GRANT_STAGES.values()), rows, frozenset({1, 2, 3}))
    return Chart(title, description, charts.funnel(title, description, points), table)


def _plan(report: Report, action: str, year: str) -> Chart:
    built = eligibility.table_of(report.context, action, year)
    rows = [
        r
        for side in cerfa.SIDES
        for r in built.rows[side]
        if r.parent == cerfa.TOTAL and (r.forecast_eur or r.realised_eur)
    ]
    title = f"Plan de financement de l'action « {action} », exercice {year}"
    description = "Barre et montant : réalisé, et sa part du prévu. Losange : prévu."
    points = [
        Point(
            f"{r.line} {r.label}",
            scaled(r.realised_eur, "eur"),
            _of_plan(r),
            scaled(r.forecast_eur, "eur"),
        )
        for r in rows
    ]
    lines = [
        [
            f"{r.line} {r.label}",
            french.euros(r.forecast_eur),
            french.euros(r.realised_eur),
            percent(r.percent),
        ]
        for r in rows
    ]
    table = Table(title, ("Ligne", "Prévu", "Réalisé", "Réalisé / prévu"), lines, frozenset({1, 2, 3}))
    return Chart(title, description, charts.bars(title, description, points), table)


def _of_plan(row: cerfa.Row) -> str:
    realised = french.euros(row.realised_eur)
    return (
        realised
        if row.percent is None
        else f"{realised} ({french.number(row.percent, 0)}{french.NARROW_SPACE}%)"
    )


def percent(value: Decimal | None) -> str:
    """A per cent already multiplied by a hundred; blank when it cannot be computed."""
    return "" if value is None else f"{french.number(value, 1)}{french.NARROW_SPACE}%"
