"""`dashboard.html`: one offline file. First the three founding criteria, then each section, then every figure.

The page embeds the published figures of its reader and nothing else; the script only filters them.
"""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from periscope import catalogue
from periscope.quarters import Quarter
from reports import figures as figure_module
from reports import french, html, sections
from reports.document import Section
from reports.figures import Figure
from reports.report import CRITERIA, HEADLINES, PRESENCE_PERIMETERS, Report

_BY_PERIMETER = (sections.turnover, sections.jobs, sections.creation, sections.cooperation)
_COMMON = (
    sections.rooms,
    sections.funding,
    sections.effects,
    sections.restatements,
    sections.coverage,
    sections.deadlines,
)


def render(report: Report) -> str:
    """The whole page as HTML text."""
    styles = [html.asset("base.css"), html.asset("dashboard.css")]
    script = html.asset("dashboard.js")
    is_internal = report.context.reader_kind == "internal"
    common = [build(report) for build in (*_COMMON, *((sections.withheld,) if is_internal else ()))]
    perimeters = [p for p in PRESENCE_PERIMETERS if any(f.perimeter == p for f in report.figures)]
    groups = [[(p, build(report, p)) for p in perimeters] for build in _BY_PERIMETER]
    return html.page(
        "dashboard.html.j2",
        context=report.context,
        quarter_label=report.quarter_label,
        as_of=french.day(report.context.as_of),
        cards=_cards(report),
        groups=groups,
        common=common,
        closing=[sections.method(report), sections.glossary(report)],
        menu=[_entry(g[0][1]) for g in groups if g] + [_entry(s) for s in common],
        perimeters={p: catalogue.PERIMETERS[p] for p in perimeters},
        data=_json(_data(report)),
        styles=styles,
        script=script,
        policy=html.policy(styles, [script]),
    )


def _entry(section: Section) -> tuple[str, str]:
    return section.slug, section.title


def _cards(report: Report) -> list[dict[str, Any]]:
    """The three criteria of the quarter, all members: the script redraws them from the same texts."""
    return [
        {
            "title": CRITERIA[criterion],
            "slug": criterion,
            "measures": [
                {
                    "indicator_id": indicator_id,
                    "name": figure_module.indicator_name(indicator_id),
                    **_spoken(report, report.now(indicator_id), indicator_id, "members"),
                }
                for indicator_id in indicator_ids
            ],
        }
        for criterion, indicator_ids in HEADLINES.items()
    ]


def _spoken(report: Report, figure: Figure | None, indicator_id: str, perimeter: str) -> dict[str, str]:
    """What a card says of one figure."""
    if figure is None:
        return {
            "figure_id": "", "text": french.MISSING, "change": french.MISSING, "target": "", "coverage": "–",
            "status": "Aucune donnée", "sentence": "Aucun chiffre n'est publié pour ce choix.",
        }  # fmt: skip
    return {
        "figure_id": figure.figure_id,
        "text": figure.text,
        "change": report.change_cell(figure),
        "target": _target(report, figure),
        "coverage": _coverage(figure),
        "status": french.STATUSES.get(figure.status, figure.status),
        "sentence": figure_module.sentence(report.figures, figure),
    }


def _target(report: Report, figure: Figure) -> str:
    """The target of a headline, for the published quarter or, of another quarter, that quarter's own."""
    if figure.dimension != "all":
        return ""
    if figure.period == report.quarter:
        return report.target_sentence(figure.indicator_id, figure.perimeter)
    target = report.standing_target(figure.indicator_id, figure.perimeter, figure.period)
    if target is None:
        return ""
    return f"{french.quantity(target.target, figure.unit)} ({french.short_period(figure.period)})"


def _coverage(figure: Figure) -> str:
    if figure.coverage is None or figure.expected is None:
        return "–"
    answered = int(french.rounded(figure.coverage * figure.expected))
    return f"{french.share(figure.coverage, 0)} ({answered}/{figure.expected})"


#: Columns of one embedded figure, in order; indexes point into the lists of the same name.
_COLUMNS = ("figure_id", "indicator_id", "period", "perimeter", "dimension", "item", "value", "text", "numerator",
            "denominator", "contributors", "expected", "coverage", "rung", "status", "reason")  # fmt: skip
#: Members' own figures go back one year only: sixty members over six years would weigh more than all the rest.
_MEMBER_QUARTERS = 5
_INDEXED = ("indicator_id", "period", "perimeter", "dimension", "item", "rung", "status", "reason")


def _data(report: Report) -> dict[str, Any]:
    """The published figures, packed: repeated texts are written once and pointed at."""
    lists: dict[str, list[str]] = {name: [] for name in _INDEXED}
    places: dict[str, dict[str, int]] = {name: {} for name in _INDEXED}
    headline_ids = {i for ids in HEADLINES.values() for i in ids}
    rows, spoken, items = [], {}, {}
    oldest = str(Quarter.parse(report.quarter).shift(1 - _MEMBER_QUARTERS))
    for figure in report.figures:
        if figure.dimension == "member" and figure.is_quarterly and figure.period < oldest:
            continue
        row: list[int | str] = []
        for column in _COLUMNS:
            value = getattr(figure, column)
            if column in _INDEXED:
                places[column].setdefault(value, len(lists[column]))
                if places[column][value] == len(lists[column]):
                    lists[column].append(value)
                row.append(places[column][value])
            else:
                row.append("" if value is None else value if isinstance(value, int) else str(value))
        rows.append(row)
        items[figure.dimension, figure.item] = report.label(figure) if figure.item != "all" else "Ensemble"
        if figure.indicator_id in headline_ids and figure.dimension in ("all", "function"):
            said = _spoken(report, figure, figure.indicator_id, figure.perimeter)
            spoken[figure.figure_id] = [said["change"], said["target"], said["sentence"]]
    known = catalogue.load()
    return {
        "columns": _COLUMNS,
        "lists": lists,
        "figures": rows,
        "spoken": spoken,
        "items": {f"{dimension}/{item}": label for (dimension, item), label in sorted(items.items())},
        "indicators": {i: [known[i].name_fr, known[i].definition_fr, known[i].formula_fr, known[i].sources_fr, known[i].version]
                       for i in known if i in places["indicator_id"]},
        "labels": {"period": {p: french.short_period(p) for p in lists["period"]}, "perimeter": catalogue.PERIMETERS,
                   "dimension": catalogue.DIMENSIONS, "rung": catalogue.RUNGS, "status": french.STATUSES},
        "quarter": report.quarter,
        "headlines": {c: list(ids) for c, ids in HEADLINES.items()},
    }  # fmt: skip


def _json(data: dict[str, Any]) -> Markup:
    """JSON that cannot close its script element, whatever a name contains."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for mark, escaped in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(mark, escaped)
    return Markup(text)
