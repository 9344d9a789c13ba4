"""`dashboard.html`: one offline file. First the three founding criteria, then each section, then every figure.

The page embeds the published figures of its reader and nothing else; the script only puts in place the view asked for.
"""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from periscope import catalogue
from periscope.quarters import Quarter
from periscope.reuse import Reuse
from reports import french, html, sections, views
from reports.document import Section
from reports.report import Report

_COMMON = (
    sections.funding,
    sections.effects,
    sections.restatements,
    sections.coverage,
    sections.secrecy,
    sections.deadlines,
)


def render(report: Report, kept: Reuse | None = None) -> str:
    """The whole page as HTML text; `kept` has views of an earlier run."""
    styles = [html.asset("base.css"), html.asset("dashboard.css")]
    script = html.asset("dashboard.js")
    kind = report.context.reader_kind
    perimeter = next(iter(views.perimeters(report)), "members")
    living = [build(report, perimeter) for build in views.BY_PERIMETER]
    living += [build(report) for build in views.BY_QUARTER]
    common = [build(report) for build in _COMMON if _concerns(build, report)]
    if kind == "internal":
        common.append(sections.withheld(report))
    return html.page(
        "dashboard.html.j2",
        context=report.context,
        quarter_label=report.quarter_label,
        as_of=french.day(report.context.as_of),
        draft=report.draft,
        cards=html.cards(views.cards(report, report.quarter, perimeter, "all")),
        living=[(section, html.blocks(section)) for section in living],
        common=common,
        closing=[sections.effects_annex(report), sections.method(report), sections.glossary(report)],
        menu=[_entry(s) for s in (*living, *common)],
        perimeters=views.labels(report),
        periods={period: _period(period) for period in views.periods(report)},
        functions={item: _function(report, item) for item in views.functions(report)},
        data=_json(_data(report)),
        views=views.packed(report, kept or Reuse({})),
        styles=styles,
        script=script,
        policy=html.policy(styles, [script]),
    )


def _concerns(build: object, report: Report) -> bool:
    """Grants and their deadlines are not told to the public."""
    return bool(report.context.grants) or build not in (sections.funding, sections.deadlines)


def _entry(section: Section) -> tuple[str, str]:
    return section.slug, section.title


def _period(code: str) -> str:
    return french.short_period(code) if "-Q" in code else f"Année {code}"


def _function(report: Report, item: str) -> str:
    return "Toutes" if item == "all" else report.context.item_label("function", item)


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
    rows, items = [], {}
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
    known = catalogue.load()
    return {
        "columns": _COLUMNS,
        "lists": lists,
        "figures": rows,
        "items": {f"{dimension}/{item}": label for (dimension, item), label in sorted(items.items())},
        "indicators": {i: [known[i].name_fr, known[i].definition_fr, known[i].formula_fr, known[i].sources_fr, known[i].version]
                       for i in known if i in places["indicator_id"]},
        "labels": {"period": {p: _period(p) for p in lists["period"]}, "perimeter": catalogue.PERIMETERS,
                   "dimension": catalogue.DIMENSIONS, "rung": catalogue.RUNGS, "status": french.STATUSES},
        "quarter": report.quarter,
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
