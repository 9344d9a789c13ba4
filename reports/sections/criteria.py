"""The three founding criteria and the jobs, by perimeter."""

from __future__ import annotations

from decimal import Decimal

from periscope import catalogue
from reports import charts, french
from reports.charts import Interval, Point
from reports.document import Block, Cell, Chart, Note, Section, Table, Text
from reports.figures import Figure, indicator_name, sentence_parts, spoken
from reports.report import Report, interval, scaled
from reports.sections.benchmarks import published_rates
from reports.sections.network import network
from reports.sections.tables import breakdown, measures, trend_table


def _told(report: Report, indicator_ids: tuple[str, ...], perimeter: str) -> Text:
    """A paragraph of sentences; nothing is said of a figure that is not published."""
    parts: list[str | Cell] = []
    for indicator_id in indicator_ids:
        figure = report.now(indicator_id, perimeter)
        if figure is not None:
            before, after = sentence_parts(report.figures, figure)
            parts += [before, Cell(spoken(figure), figure.figure_id), f"{after} "]
    return Text(parts or ["Aucun chiffre publié."])


def _trend(report: Report, indicator_id: str, perimeter: str, suffix: str = "") -> list[Block]:
    """A line by quarter; nothing when fewer than two quarters are published, which make no line."""
    title = f"{indicator_name(indicator_id)} par trimestre ({catalogue.PERIMETERS[perimeter].lower()})"
    points = report.points(indicator_id, perimeter)
    if sum(point.value is not None for point in points) < 2:
        return []
    has_target = any(point.target is not None for point in points)
    description = "Courbe par trimestre" + (" ; un losange marque l'objectif." if has_target else ".")
    svg = charts.trend(title, description, points, suffix)
    return [Chart(title, description, svg, trend_table(report, title, indicator_id, perimeter))]


def turnover(report: Report, perimeter: str = "members") -> Section:
    """Bridge, panel against total, and what the turnover is made of."""
    blocks: list[Block] = [_told(report, ("turnover_total", "turnover_panel_growth"), perimeter)]
    blocks += [block for block in (_bridge(report, perimeter), _growths(report, perimeter)) if block]
    blocks += _trend(report, "turnover_total", perimeter)
    by_function = report.figures.items("turnover_total", report.quarter, perimeter, "function")
    if by_function:
        blocks.append(breakdown(report, "Chiffre d'affaires par fonction", by_function, "Fonction"))
    more = ("turnover_median_growth", "turnover_chained_growth", "turnover_growth_vs_sector", "intra_pole_sales",
            "turnover_external", "market_share_of_income", "public_share_of_income", "largest_share")  # fmt: skip
    blocks.append(measures(report, "Autres mesures du chiffre d'affaires", more, perimeter))
    blocks.append(
        Note(
            "Une évolution du chiffre d'affaires est constatée ; elle ne dit pas que le pôle en est la cause."
        )
    )
    return Section("chiffre-affaires", "Chiffre d'affaires des acteurs", blocks)


def _bridge(report: Report, perimeter: str) -> Chart | Note | None:
    items = {f.item: f for f in report.figures.items("turnover_bridge", report.quarter, perimeter, "item")}
    total, end = items.get("total"), report.now("turnover_total", perimeter)
    if total is None:
        return None
    title = f"D'un an à l'autre : ce qui fait l'évolution ({catalogue.PERIMETERS[perimeter].lower()})"
    steps = [items[key] for key in french.BRIDGE_ITEMS if key in items and key != "total"]
    hidden = next((f for f in (*steps, total, end) if f is not None and f.value is None), None)
    if hidden is not None or end is None or end.value is None:
        why = f" ({hidden.reason.rstrip('.')})" if hidden is not None and hidden.reason else ""
        return Note(
            f"La décomposition de l'évolution n'est pas montrée : une de ses parts n'est pas publiée{why}."
        )
    told = [f"{report.label(f).lower()} {f.text}" for f in steps if f.value]
    description = f"Évolution totale {total.text} : {french.listing(told)}."
    start = end.value - (total.value or Decimal(0))
    drawing = charts.waterfall(
        title,
        description,
        Point("Un an avant", float(start), french.euros(start)),
        [_bridge_point(report, f) for f in steps if f.value],
        Point(french.short_period(report.quarter), float(end.value), end.text),
    )
    table = Table(
        title,
        ("Composante", "Montant"),
        [[report.label(f), Cell.of(f)] for f in (*steps, total)],
        frozenset({1}),
        frozenset({len(steps)}),
    )
    return Chart(title, description, drawing, table)


def _bridge_point(report: Report, figure: Figure) -> Point:
    return Point(report.label(figure), float(figure.value or 0), figure.text)


def _growths(report: Report, perimeter: str) -> Chart | None:
    ids = ("turnover_panel_growth", "turnover_total_growth")
    series = {("Panel constant", "Total")[n]: report.points(i, perimeter) for n, i in enumerate(ids)}
    # one value draws a lone dot, and is a measure above
    if all(sum(p.value is not None for p in points) < 2 for points in series.values()):
        return None
    title = f"Panel constant et total, évolution sur un an ({catalogue.PERIMETERS[perimeter].lower()})"
    description = "Deux courbes à la même échelle : membres présents aux deux dates, et total entrées et sorties comprises."
    quarters = sorted({f.period for i in ids for f in report.figures.trend(i, perimeter)}, reverse=True)
    rows: list[list[str | Cell]] = [
        [french.short_period(q), *(Cell.of(report.figures.get(i, q, perimeter)) for i in ids)]
        for q in quarters
    ]
    table = Table(title, ("Trimestre", "Panel constant", "Total"), rows, frozenset({1, 2}))
    return Chart(title, description, charts.small_multiples(title, description, series, "\u202f%"), table)


def jobs(report: Report, perimeter: str = "members") -> Section:
    """The ledger of distinct posts, beside what was declared."""
    ledger = ("jobs_fte", "jobs_headcount", "jobs_net_change_fte", "collaboration_jobs_created_fte",
              "collaboration_jobs_maintained_fte", "collaboration_jobs_headcount", "declared_collaboration_jobs_fte")  # fmt: skip
    blocks: list[Block] = [
        _told(report, ("jobs_fte", "collaboration_jobs_created_fte"), perimeter),
        measures(report, "Registre des emplois", ledger, perimeter),
        *_trend(report, "jobs_fte", perimeter),
        Note(
            "Un poste déclaré par plusieurs partenaires n'est compté qu'une fois ; emplois créés et maintenus ne s'additionnent pas."
        ),
    ]
    return Section("emplois", "Emplois", blocks)


def creation(report: Report, perimeter: str = "members") -> Section:
    """From support to creation, then what became of each cohort."""
    blocks: list[Block] = [_told(report, ("new_supported_projects", "effective_creations"), perimeter)]
    blocks += [
        c
        for c in (_funnel(report, perimeter), _cohorts(report, perimeter), _survival(report, perimeter))
        if c
    ]
    blocks += _trend(report, "new_supported_projects", perimeter)
    kinds = report.figures.items("effective_creations", report.quarter, perimeter, "kind")
    if kinds:
        blocks.append(breakdown(report, "Créations effectives par nature", kinds, "Nature"))
    more = ("supported_projects", "declared_supported_projects", "takeovers", "conversion_rate_12m",
            "conversion_rate_24m", "conversion_rate_36m", "support_overlap")  # fmt: skip
    blocks.append(measures(report, "Autres mesures de la création", more, perimeter))
    if perimeter == "members":
        blocks += published_rates(report)
    return Section("creation", "Création d'activités", blocks)


def _funnel(report: Report, perimeter: str) -> Chart | None:
    stages = [
        report.now(i, perimeter)
        for i in ("supported_projects", "new_supported_projects", "effective_creations")
    ]
    known = [f for f in stages if f is not None and f.value is not None]
    if len(known) < 2:
        return None
    title = f"De l'accompagnement à la création, {french.short_period(report.quarter)} ({catalogue.PERIMETERS[perimeter].lower()})"
    description = "Trois volumes du même trimestre ; ce ne sont pas les mêmes projets, les cohortes ci-dessous suivent les mêmes."
    labels = ("Projets accompagnés", "dont nouveaux", "Créations effectives")
    points = [
        Point(labels[n], scaled(f.value, f.unit), spoken(f)) for n, f in enumerate(stages) if f is not None
    ]
    table = breakdown_of(title, [(labels[n], f) for n, f in enumerate(stages) if f is not None])
    return Chart(title, description, charts.funnel(title, description, points), table)


def breakdown_of(caption: str, rows: list[tuple[str, Figure]]) -> Table:
    """A two-column table of named figures."""
    return Table(caption, ("Mesure", "Valeur"), [[label, Cell.of(f)] for label, f in rows], frozenset({1}))


def _cohorts(report: Report, perimeter: str) -> Chart | None:
    found = sorted(
        (
            f
            for f in report.figures
            if f.indicator_id == "conversion_rate_24m"
            and f.dimension == "cohort"
            and f.perimeter == perimeter
        ),
        key=lambda f: f.item,
    )
    if not found:
        return None
    estimates = [
        report.figures.get("conversion_rate_24m_km", f.period, perimeter, "cohort", f.item) for f in found
    ]
    title = f"Transformation à 24 mois, par cohorte d'entrée ({catalogue.PERIMETERS[perimeter].lower()})"
    description = "Barre : part des projets devenus créations en 24 mois. Losange : estimation de Kaplan-Meier, seule pour les cohortes trop récentes."
    points = [_cohort_point(f, e) for f, e in zip(found, estimates, strict=True)]
    rows: list[list[str | Cell]] = [
        [french.short_period(f.item), Cell.of(f), Cell.of(e), f.reason]
        for f, e in zip(found, estimates, strict=True)
    ]
    table = Table(title, ("Cohorte", "Observé", "Kaplan-Meier", "Remarque"), rows, frozenset({1, 2}))
    return Chart(title, description, charts.bars(title, description, points), table)


def _cohort_point(observed: Figure, estimate: Figure | None) -> Point:
    guessed = (
        f"estimé {estimate.text}"
        if observed.value is None and estimate and estimate.value is not None
        else ""
    )
    aim = scaled(estimate.value, "share") if estimate else None
    return Point(
        french.short_period(observed.item), scaled(observed.value, "share"), guessed or observed.text, aim
    )


def _survival(report: Report, perimeter: str) -> Chart | Table | None:
    rows: list[Interval] = []
    lines: list[list[str | Cell]] = []
    for years in ("3", "5"):
        low, value, high = (
            report.now(f"survival_rate_{years}y{end}", perimeter) for end in ("_low", "", "_high")
        )
        if value is None:
            continue
        rows.append(interval(f"Pérennité à {years} ans", low, value, high))
        lines.append([f"Pérennité à {years} ans", Cell.of(low), Cell.of(value), Cell.of(high)])
    if not rows:
        return None
    title = f"Pérennité des activités créées ({catalogue.PERIMETERS[perimeter].lower()})"
    description = "Point : part connue active. Barre : bornes selon que les activités de situation inconnue ont toutes cessé ou toutes survécu."
    table = Table(title, ("Mesure", "Borne basse", "Valeur", "Borne haute"), lines, frozenset({1, 2, 3}))
    if all(row.value is None for row in rows):
        return table
    return Chart(title, description, charts.intervals(title, description, rows, "\u202f%"), table)


def cooperation(report: Report, perimeter: str = "members") -> Section:
    """Projects effectively run, by kind, and who works with whom."""
    blocks: list[Block] = [
        _told(report, ("effectively_run_projects", "collaboration_jobs_created_fte"), perimeter),
        *_trend(report, "effectively_run_projects", perimeter),
    ]
    kinds = report.figures.items("effectively_run_projects", report.quarter, perimeter, "kind")
    if kinds:
        title = f"Projets menés par nature ({catalogue.PERIMETERS[perimeter].lower()})"
        description = f"Barres : {french.listing([f'{report.label(f).lower()} {f.text}' for f in kinds])}."
        points = [Point(report.label(f), scaled(f.value, f.unit), f.text) for f in kinds]
        blocks.append(
            Chart(
                title,
                description,
                charts.bars(title, description, points),
                breakdown(report, title, kinds, "Nature"),
            )
        )
    if perimeter == "members":
        blocks += network(report)
    more = ("started_projects", "claimed_projects", "bids_submitted", "bids_won", "mean_partners", "share_over_12_months",
            "network_density", "joint_purchase_amount", "joint_purchase_savings")  # fmt: skip
    blocks.append(measures(report, "Autres mesures de la coopération", more, perimeter))
    return Section("cooperation", "Coopération", blocks)
