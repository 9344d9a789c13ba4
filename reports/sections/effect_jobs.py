"""From gross to net jobs, and how sure a survival of few activities is: computed from the reader's own figures."""

from __future__ import annotations

from decimal import Decimal

from periscope.effects import DEDUCTIONS, net
from periscope.uncertainty import wilson
from reports import effect_charts, french
from reports.document import Block, Cell, Chart, Note, Table, Text
from reports.effect_charts import Swing
from reports.figures import Figure, indicator_name
from reports.report import Report

_GROSS = "collaboration_jobs_created_fte"
_DECLARED = "declared_collaboration_jobs_fte"


def gross_to_net(report: Report) -> list[Block]:
    """Gross jobs of common projects; net only through the evaluator's own ranges, each with its source."""
    gross = report.now(_GROSS)
    if gross is None:
        return []
    blocks: list[Block] = [
        Text([f"{indicator_name(_GROSS)} (brut, recoupé entre partenaires) : ", Cell.of(gross), "."])
    ]
    declared = report.now(_DECLARED)
    if declared is not None:
        blocks.append(
            Text(
                [
                    f"{indicator_name(_DECLARED)} : ",
                    Cell.of(declared),
                    ". C'est une attribution déclarée par les membres : elle est montrée telle quelle, ni corrigée, ni "
                    "multipliée, ni appelée effet.",
                ]
            )
        )
    ranges = report.context.gross_to_net
    if not ranges:
        blocks.append(
            Note(
                "Seul le nombre brut est imprimé : aucune fourchette sourcée d'aubaine, de déplacement ou de substitution "
                "n'est donnée dans periscope.toml ([impact.gross_to_net])."
            )
        )
    elif gross.value is not None and gross.value > 0:
        blocks.append(_tornado(report, gross.value))
    return blocks


def _tornado(report: Report, gross: Decimal) -> Chart:
    ranges = report.context.gross_to_net
    middles = [(one.low + one.high) / 2 for one in ranges]

    def at(index: int, share: Decimal) -> Decimal:
        return net(gross, [share if n == index else middle for n, middle in enumerate(middles)])

    low, high = net(gross, [one.high for one in ranges]), net(gross, [one.low for one in ranges])
    absent = [
        DEDUCTIONS[name].split(" :")[0].lower() for name in DEDUCTIONS if name not in {r.name for r in ranges}
    ]
    title = "Emplois nets des projets collaboratifs, selon les hypothèses"
    description = (
        f"Entre {french.quantity(low, 'fte')} et {french.quantity(high, 'fte')} nets pour {french.quantity(gross, 'fte')} "
        "bruts. Chaque barre fait varier une hypothèse d'un bout à l'autre de sa fourchette, les autres restant au milieu."
        + (f" Non déduit, faute de fourchette : {french.listing(absent)}." if absent else "")
    )
    swings = [
        Swing(
            DEDUCTIONS[one.name].split(" :")[0],
            float(at(n, one.high)),
            float(at(n, one.low)),
            french.number(at(n, one.high), 1),
            french.number(at(n, one.low), 1),
        )
        for n, one in enumerate(ranges)
    ]
    rows = [
        [
            DEDUCTIONS[one.name],
            f"{french.share(one.low, 0)} à {french.share(one.high, 0)}",
            one.source,
            f"{french.quantity(at(n, one.high), 'fte')} à {french.quantity(at(n, one.low), 'fte')}",
        ]
        for n, one in enumerate(ranges)
    ]
    table = Table(title, ("Hypothèse", "Fourchette", "Source", "Emplois nets"), rows, frozenset({1, 3}))
    svg = effect_charts.tornado(title, description, float(net(gross, middles)), swings)
    return Chart(title, description, svg, table)


def survival(report: Report) -> list[Block]:
    """Survival of created activities: the two bounds of the unknown, then a Wilson interval around both."""
    rows: list[list[str | Cell]] = []
    for years in (3, 5):
        low, high = (report.now(f"survival_rate_{years}y_{end}") for end in ("low", "high"))
        if low is None or high is None:
            continue
        rows.append([f"À {years} ans", Cell.of(low), Cell.of(high), _surely(low, high), _trials(low)])
    if not rows:
        return _curve(report)
    title = "Pérennité des activités créées, avec leur intervalle à 95 %"
    columns = (
        "Horizon",
        "Inconnues comptées cessées",
        "Inconnues comptées actives",
        "Intervalle",
        "Activités créées",
    )
    return [
        Table(title, columns, rows, frozenset({1, 2, 3, 4})),
        *_curve(report),
        Note(
            "L'intervalle va du bas de celui de Wilson pour la borne basse au haut de celui de la borne haute : il couvre "
            "à la fois les situations inconnues et le petit nombre. Une pérennité est constatée, ce n'est pas un effet."
        ),
    ]


def _curve(report: Report) -> list[Block]:
    """Kaplan–Meier, in the house: months followed count even for those seen less than three years."""
    rows = [
        [
            f"À {one.months} mois",
            french.share(one.share, 0),
            f"{french.share(one.low, 0)} à {french.share(one.high, 0)}",
            str(one.at_risk_count),
        ]
        for one in report.context.survival
    ]
    if not rows:
        return []
    title = "Survie des activités créées, Kaplan-Meier (édition interne)"
    columns = (
        "Horizon",
        "Encore actives",
        "Intervalle à 95 % (Wilson, effectif équivalent)",
        "Encore suivies",
    )
    return [Table(title, columns, rows, frozenset({1, 2, 3}))]


def _surely(low: Figure, high: Figure) -> str:
    counts = (low.numerator, low.denominator, high.numerator, high.denominator)
    if any(count is None for count in counts):
        return french.MISSING
    least, trials, most, _ = (float(count or 0) for count in counts)
    bottom, top = wilson(least, trials)[0], wilson(most, trials)[1]
    return f"{french.share(Decimal(str(bottom)), 0)} à {french.share(Decimal(str(top)), 0)}"


def _trials(figure: Figure) -> str:
    return french.MISSING if figure.denominator is None else french.number(figure.denominator)
