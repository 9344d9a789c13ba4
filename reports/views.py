"""What the dashboard shows for one choice of period, perimeter and function: the three cards and the sections.

Every view is made here, by the code that makes the first screen; the page carries them packed (gzip in base64, which
the release gate opens) and its script only puts the asked one in place.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections import defaultdict
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

from periscope import catalogue
from periscope.reader_context import Network, ReportContext
from reports import charts, french, html, sections
from reports import figures as figure_module
from reports.figures import Figure, Figures
from reports.report import CRITERIA, HEADLINES, PRESENCE_PERIMETERS, Report

if TYPE_CHECKING:  # a kernel, which imports this module too, has no need of a warehouse
    from periscope.reuse import Reuse

BY_PERIMETER = (sections.turnover, sections.jobs, sections.creation, sections.cooperation)
BY_QUARTER = (sections.rooms,)
#: Sections are kept for two years; older quarters stay in the table of all figures.
_QUARTERS = 8
_SPARK_QUARTERS = 12
#: all that the views of an earlier period take from the context of their reader
_OF_CONTEXT = (
    "pole_name",
    "is_fictitious",
    "quarter",
    "reader",
    "reader_label",
    "reader_kind",
    "labels",
    "targets",
)


def perimeters(report: Report) -> list[str]:
    """The presence perimeters that have figures, members first."""
    return [p for p in PRESENCE_PERIMETERS if any(f.perimeter == p for f in report.figures)]


def functions(report: Report) -> list[str]:
    """`all`, then every function that has figures."""
    return ["all", *sorted({f.item for f in report.figures if f.dimension == "function"})]


def periods(report: Report) -> list[str]:
    """Periods that have figures, the latest first; years come after the quarters they hold."""
    return sorted({f.period for f in report.figures if f.dimension != "cohort"}, reverse=True)


def at(report: Report, quarter: str) -> Report:
    """The same report as its reader would have it at an earlier quarter, with today's figures."""
    if quarter == report.quarter:
        return report
    # the network is known for the published quarter only
    context = replace(report.context, quarter=quarter, network=Network())
    return Report(report.folder, context, _until(report, quarter))


def _until(report: Report, quarter: str) -> Figures:
    return Figures([f for f in report.figures if f.period <= quarter or f.dimension == "cohort"])


def cards(report: Report, period: str, perimeter: str, function: str) -> list[dict[str, Any]]:
    """The three criteria and their two headline figures each."""
    key = ("all", "all") if function == "all" else ("function", function)
    return [
        {
            "title": CRITERIA[criterion],
            "slug": criterion,
            "measures": [
                _measure(report, indicator_id, report.figures.get(indicator_id, period, perimeter, *key))
                for indicator_id in indicator_ids
            ],
        }
        for criterion, indicator_ids in HEADLINES.items()
    ]


def _measure(report: Report, indicator_id: str, figure: Figure | None) -> dict[str, Any]:
    """What a card says of one figure."""
    base = {"indicator_id": indicator_id, "name": figure_module.indicator_name(indicator_id)}
    if figure is None:
        return base | {
            "figure_id": "", "text": french.MISSING, "change": french.MISSING, "target": "", "coverage": "–",
            "status": "Aucune donnée", "sentence": "Aucun chiffre n'est publié pour ce choix.", "spark": "",
        }  # fmt: skip
    before, after = figure_module.sentence_parts(report.figures, figure, with_coverage=False)
    return base | {
        "figure_id": figure.figure_id,
        "text": figure_module.spoken(figure),
        "change": report.change_cell(figure),
        "target": _target(report, figure),
        "coverage": coverage(figure),
        "status": french.STATUSES.get(figure.status, figure.status),
        "sentence": f"{before}{figure.text}{after}"
        if figure.value is not None
        else after.strip()[:1].upper() + after.strip()[1:],
        "spark": _spark(report, figure),
    }


def _target(report: Report, figure: Figure) -> str:
    """The target of a headline, for the published quarter or, of another period, that period's own."""
    if figure.dimension != "all":
        return ""
    if figure.period == report.quarter:
        return report.target_sentence(figure.indicator_id, figure.perimeter)
    target = report.standing_target(figure.indicator_id, figure.perimeter, figure.period)
    if target is None:
        return ""
    return f"{french.quantity(target.target, figure.unit)} ({french.short_period(figure.period)})"


def coverage(figure: Figure) -> str:
    """`90 % (18/20)`; a dash for a figure that asks nobody."""
    if figure.coverage is None or figure.expected is None:
        return "–"
    answered = int(french.rounded(figure.coverage * figure.expected))
    return f"{french.share(figure.coverage, 0)} ({answered}/{figure.expected})"


def _spark(report: Report, figure: Figure) -> str:
    """A word-sized line of the last quarters; nothing for a year, nor for fewer than three known values."""
    points = report.points(
        figure.indicator_id, figure.perimeter, figure.dimension, figure.item, figure.period
    )
    points = points[-_SPARK_QUARTERS:]
    if not figure.is_quarterly or sum(p.value is not None for p in points) < 3:
        return ""
    title = f"{figure_module.name(figure)}, de {points[0].label} à {points[-1].label}"
    return charts.sparkline(f"mini {title}", title, points)


def sections_html(report: Report, perimeter: str, function: str) -> dict[str, str]:
    """Slug of each section -> its blocks as HTML, for one quarter (the report's)."""
    if function == "all":
        built = [build(report, perimeter) for build in BY_PERIMETER]
    else:
        built = sections.by_function(report, perimeter, function)
    return {one.slug: html.blocks(one) for one in built}


def packed(report: Report, kept: Reuse) -> dict[str, str]:
    """Period -> data address of the gzip JSON of its views, keyed `perimeter|function`, then by slug.

    Views of an earlier period are those of an earlier run, in `kept`, when all that they are made from is the same.
    """
    recent = [p for p in periods(report) if "-Q" in p][:_QUARTERS]
    choices = list(product(perimeters(report), functions(report)))
    versions = _versions(report)
    found = {}
    for period in periods(report):
        asked = period, choices, period in recent
        if period in (report.quarter, report.year):
            found[period] = _packed(report, *asked)
        else:
            seen = _seen(report, period)
            told = [version for of, version in versions.items() if of <= _end(period)]
            found[period] = kept.get((asked, seen.context, told), partial(_packed, seen, *asked))
    return found


def _end(period: str) -> str:
    return period if "-Q" in period else f"{period}-Q4"


def _versions(report: Report) -> dict[str, str]:
    """Period -> hash of its figures; cohorts, which every view may tell, are under an empty period."""
    rows: dict[str, list[list[object]]] = defaultdict(list)
    for figure in report.figures:
        row = [getattr(figure, name) for name in catalogue.FIGURE_COLUMNS]
        rows["" if figure.dimension == "cohort" else figure.period].append(row)
    return {period: hashlib.sha256(repr(told).encode()).hexdigest() for period, told in rows.items()}


def _seen(report: Report, period: str) -> Report:
    """What the views of an earlier period are made from, and nothing else: the day of the run is no part of it."""
    told = {name: getattr(report.context, name) for name in _OF_CONTEXT}
    return Report(report.folder, ReportContext(as_of=date.min, **told), _until(report, _end(period)))


def _packed(report: Report, period: str, choices: list[tuple[str, str]], has_sections: bool) -> str:
    past = at(report, period) if has_sections else None
    common = {s.slug: html.blocks(s) for s in (build(past) for build in BY_QUARTER)} if past else {}
    views: dict[str, dict[str, str]] = {"": common}
    for perimeter, function in choices:
        shown = {"cartes": html.cards(cards(report, period, perimeter, function))}
        if past is not None:
            shown |= sections_html(past, perimeter, function)
        views[f"{perimeter}|{function}"] = shown
    text = json.dumps(views, ensure_ascii=False, separators=(",", ":"))
    content = gzip.compress(text.encode(), mtime=0)
    return f"data:application/gzip;base64,{base64.b64encode(content).decode()}"


def labels(report: Report) -> dict[str, str]:
    return {p: catalogue.PERIMETERS[p] for p in perimeters(report)}
