"""What would have been without the pole: for a committee first, then all that a reviewer asks for."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from periscope.effects import Effect, EffectPoint
from reports import charts, effect_charts, french
from reports.charts import Interval
from reports.document import Block, Cell, Chart, Note, Section, Table, Text
from reports.effect_charts import Year
from reports.figures import indicator_name
from reports.report import Report, scaled
from reports.sections.effect_jobs import gross_to_net, survival
from reports.sections.tables import measures

_IDS = ("turnover_effect", "jobs_effect")
_SIGNS = {True: "✓ rassurant", False: "✗ à discuter"}


def effects(report: Report) -> Section:
    """One sentence, the years before and after, who is compared with whom, what would change the conclusion."""
    known = {effect.indicator_id: effect for effect in report.context.effects}
    blocks: list[Block] = []
    for indicator_id in _IDS:
        figure = report.now(indicator_id)
        if indicator_id in known:
            blocks += _told(report, known[indicator_id])
        elif figure is not None:
            # masked for this reader: nothing of the estimate is in the folder
            blocks.append(Note(f"{indicator_name(indicator_id)} : {figure.reason or french.MISSING}"))
    if not blocks:
        blocks.append(Note("Aucune estimation n'est publiée pour ce trimestre."))
    ids = ("turnover_growth_vs_sector",)
    if report.now(ids[0]) is not None:
        blocks.append(measures(report, "Par rapport au secteur : une description, pas un effet", ids))
    blocks += gross_to_net(report)
    return Section("effets", "Effets estimés", blocks)


def _told(report: Report, effect: Effect) -> list[Block]:
    name = indicator_name(effect.indicator_id)
    blocks: list[Block] = [Text([f"{name} : {effect.sentence}"])]
    if effect.refusals:
        return [*blocks, *_against_sector(effect), _eligibility(effect)]
    columns = ("Effet", "Borne basse", "Valeur", "Borne haute", "Plus petit effet visible")
    cells = [Cell.of(report.now(effect.indicator_id + end)) for end in ("_low", "", "_high", "_mde")]
    blocks.append(Table(f"{name}, intervalle à 95 %", columns, [[name, *cells]], frozenset({1, 2, 3, 4})))
    if effect.points:
        blocks.append(_years(effect))
    blocks.append(
        Text(
            [
                f"Qui est comparé à qui : {french.plural(effect.members_count, 'membre')}, avant et après leur entrée, à "
                f"{french.plural(effect.comparison_count, 'organisation')} restées dehors, et aux autres membres "
                f"avant leur entrée, sur {french.plural(effect.quarters_count, 'trimestre')}. {_set_aside(effect)}"
            ]
        )
    )
    rows = [[check.name, _SIGNS[check.is_reassuring], check.text] for check in effect.checks]
    blocks.append(Table(f"{name} : vérifications", ("Vérification", "Verdict", "Ce qui est observé"), rows))
    blocks.append(Text([_would_change(effect)]))
    blocks += _in_other_units(effect) + _against_sector(effect)
    if effect.warnings:
        blocks.append(Note(" ".join(effect.warnings), "warning"))
    return blocks


def _in_other_units(effect: Effect) -> list[Block]:
    blocks: list[Block] = []
    if effect.in_share:
        blocks.append(
            Text(
                [
                    "En proportion de l'emploi (logarithme des ETP, trimestres sans emploi écartés) : "
                    f"{effect.in_share}"
                ]
            )
        )
    if effect.euros is not None:
        low, high = (french.euros(french.rounded(v, -3)) for v in (effect.euros.low, effect.euros.high))
        blocks.append(
            Text(
                [
                    f"Équivalent en euros (édition interne) : entre {low} et {high} sur les quatre derniers trimestres. C'est "
                    "l'intervalle en pourcentage appliqué au chiffre d'affaires qu'auraient eu ces membres ; rien n'est "
                    "estimé en euros, et les mêmes réserves valent."
                ]
            )
        )
    return blocks


def _against_sector(effect: Effect) -> list[Block]:
    """The rung below: members against the index of their sector. An evolution, whatever its sign."""
    told = effect.against_sector
    if told is None:
        return []
    value, low, high = (_signed(effect, v) for v in (told.effect, told.low, told.high))
    return [
        Text(
            [
                f"Sur indice sectoriel ({told.label} dont le secteur a un indice) : depuis l'entrée, évolution de {value} par "
                f"rapport au secteur, intervalle de {low} à {high}. C'est une description : elle ne remplace pas des candidats "
                "suivis et ne dit pas ce qui vient du pôle."
            ]
        )
    ]


def _set_aside(effect: Effect) -> str:
    told = [
        f"{french.plural(one.organisations_count, 'organisation')} ({one.reason})" for one in effect.excluded
    ]
    return f"Écartées : {french.listing(told)}." if told else "Aucune organisation n'est écartée."


def _would_change(effect: Effect) -> str:
    shock = french.quantity(effect.tipping, effect.unit, 0 if effect.unit == "share" else 1)
    return (
        f"Ce qui changerait la conclusion : un choc de {shock} commun aux membres et à eux seuls (un marché gagné ou perdu "
        "par tous) suffirait ; davantage de membres suivis avant leur entrée, de candidats qui déclarent leur activité ou de "
        "trimestres resserreraient l'intervalle."
    )


def _suffix(effect: Effect) -> str:
    return "\u202f%" if effect.unit == "share" else ""


def _range(effect: Effect, low: Decimal, high: Decimal) -> str:
    return f"de {_signed(effect, low)} à {_signed(effect, high)}"


def _signed(effect: Effect, value: Decimal) -> str:
    """As precise as the plots and tables are told: 1 % or 0.1 FTE."""
    text = french.quantity(value, effect.unit, 0 if effect.unit == "share" else 1)
    return f"+{text}" if value > 0 else text


def _years(effect: Effect) -> Chart:
    name = indicator_name(effect.indicator_id)
    title = f"{name} : années avant et après l'entrée"
    description = "Un point par année et son intervalle à 95 %. Losange : avant l'entrée, attendu près de zéro ; rond : depuis."
    rows = [
        [p.label, str(p.members_count), _signed(effect, p.effect), _range(effect, p.low, p.high)]
        for p in effect.points
    ]
    table = Table(title, ("Année", "Membres", "Écart moyen", "Intervalle à 95 %"), rows, frozenset({1, 2, 3}))
    years = [_year(effect, point) for point in effect.points]
    return Chart(
        title, description, effect_charts.event_study(title, description, years, _suffix(effect)), table
    )


def _year(effect: Effect, point: EffectPoint) -> Year:
    low, value, high = (float(scaled(v, effect.unit) or 0) for v in (point.low, point.effect, point.high))
    return Year(point.label, point.is_before, low, value, high, _signed(effect, point.effect))


def _eligibility(effect: Effect) -> Table:
    rows = [
        [one.name, one.needed, one.found, "✓ rempli" if one.is_met else "✗ manque"]
        for one in effect.eligibility
    ]
    columns = ("Condition", "Il faut", "Il y a", "Verdict")
    return Table(
        f"{indicator_name(effect.indicator_id)} : ce que l'estimation demande",
        columns,
        rows,
        frozenset({1, 2}),
    )


def effects_annex(report: Report) -> Section:
    """Estimand, estimator, inference, eligibility, sensitivity, test of chance; then survival of created activities."""
    blocks: list[Block] = [
        Text(
            [
                "Estimateur : imputation en doubles différences (Borusyak, Jaravel, Spiess). Effets fixes d'organisation et de "
                "trimestre ajustés sur les seules cellules hors adhésion ; chaque cellule de membre est comparée à leur "
                "prédiction ; les trimestres manquants ne sont ni devinés ni remplacés. Inférence : le plus large de deux "
                "intervalles à 95 %, jackknife par organisation (Student) et permutation des dates d'entrée inversée. Les "
                "points d'avant l'entrée sont de fausses dates : leurs cellules sont retirées de l'ajustement. Un effet vu huit "
                "fois sur dix au moins est dit « visible »."
            ]
        )
    ]
    for effect in report.context.effects:
        blocks += _annex(report, effect)
    blocks += survival(report)
    return Section("annexe-effets", "Annexe technique des effets estimés", blocks)


def _annex(report: Report, effect: Effect) -> Sequence[Block]:
    name = indicator_name(effect.indicator_id)
    blocks: list[Block] = [Text([f"{name}. Grandeur estimée : {effect.estimand}"]), _eligibility(effect)]
    if effect.mde is not None:
        smallest = french.quantity(effect.mde, effect.unit)
        blocks.append(Text([f"{name} : plus petit effet visible avec ces données, {smallest}."]))
    if effect.lines:
        blocks.append(_sensitivity(effect))
    if effect.chance and effect.effect is not None:
        blocks.append(_chance(effect))
    if effect.left_out:
        whole = effect.effect or Decimal(0)
        ordered = sorted(effect.left_out, key=lambda one: (-abs(one.effect - whole), one.member_id))
        rows = [
            [report.context.item_label("member", one.member_id), french.signed(one.effect, effect.unit)]
            for one in ordered
        ]
        columns = ("Sans cette organisation", "Effet")
        blocks.append(
            Table(
                f"{name} : une organisation écartée à la fois (édition interne)",
                columns,
                rows,
                frozenset({1}),
            )
        )
    if effect.excluded_members:
        excluded = [
            [report.context.item_label("member", member), reason]
            for member, reason in effect.excluded_members.items()
        ]
        title = f"{name} : organisations écartées (édition interne)"
        blocks.append(Table(title, ("Organisation", "Raison"), excluded))
    return blocks


def _sensitivity(effect: Effect) -> Chart:
    title = f"{indicator_name(effect.indicator_id)} : sous d'autres hypothèses"
    description = "Une ligne par hypothèse, avec son intervalle à 95 %, à la même échelle."
    rows = [
        [line.label, _signed(effect, line.effect), _range(effect, line.low, line.high)]
        for line in effect.lines
    ]
    table = Table(title, ("Hypothèse", "Effet", "Intervalle à 95 %"), rows, frozenset({1, 2}))
    drawn = [
        Interval(
            line.label,
            scaled(line.low, effect.unit),
            scaled(line.effect, effect.unit),
            scaled(line.high, effect.unit),
            _signed(effect, line.effect),
        )
        for line in effect.lines
    ]
    return Chart(title, description, charts.intervals(title, description, drawn, _suffix(effect)), table)


def _chance(effect: Effect) -> Chart:
    title = f"{indicator_name(effect.indicator_id)} : l'épreuve du hasard"
    share = french.quantity(effect.p_value, "share")
    description = (
        f"Effets obtenus en redistribuant {french.plural(effect.permutations_count, 'fois', 'fois')} les dates d'entrée au "
        f"hasard ; {share} d'entre eux sont au moins aussi grands que celui observé."
    )
    rows = [[_range(effect, bar.low, bar.high), str(bar.count)] for bar in effect.chance]
    table = Table(title, ("Effet", "Tirages"), rows, frozenset({1}))
    bars = [
        (float(scaled(bar.low, effect.unit) or 0), float(scaled(bar.high, effect.unit) or 0), bar.count)
        for bar in effect.chance
    ]
    observed = effect.effect or Decimal(0)
    svg = effect_charts.histogram(
        title,
        description,
        bars,
        float(scaled(observed, effect.unit) or 0),
        french.signed(observed, effect.unit),
        _suffix(effect),
    )
    return Chart(title, description, svg, table)
