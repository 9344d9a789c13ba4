"""`rapport.pdf` by Typst: A4, French, tagged, charts as vector pictures with their text alternative.

All texts travel as data, never as markup, so that nothing a member wrote can run in Typst.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import typst
from font_source_sans_pro import font_files_otf
from markdown_it import MarkdownIt
from markdown_it.token import Token

from periscope import catalogue
from reports import figures, french
from reports.document import Block, Cell, Chart, Note, Prose, Section, Signature, Table, Text, cells
from reports.html import heading_depths
from reports.report import Report

_TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
_FONTS = [font_files_otf[f"SourceSansPro{style}"] for style in ("", "Bold", "It", "BoldIt")]


def render(report: Report, title: str) -> bytes:
    """The PDF of the sections shown so far, PDF/UA-1. The only date in it is `as_of`."""
    written: bytes = _compile(report, title, "pdf", pdf_standards=["ua-1"])
    return written


def pictures(report: Report, title: str) -> list[bytes]:
    """The same pages as PNG, to be looked at."""
    found = _compile(report, title, "png", ppi=80)
    return found if isinstance(found, list) else [found]


def _compile(report: Report, title: str, output: Any, **options: Any) -> Any:
    day = report.context.as_of
    data = json.dumps(_data(report, title), ensure_ascii=False)
    with tempfile.TemporaryDirectory(prefix="periscope-fonts-") as folder:
        # the fonts of the machine would make other pages on each one
        for font in _FONTS:
            shutil.copyfile(font, Path(folder, Path(font).name))
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[folder])
        compiler = typst.Compiler(_TEMPLATE.read_bytes(), font_paths=fonts, sys_inputs={"data": data})
        return compiler.compile(
            format=output, timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC), **options
        )


def _data(report: Report, title: str) -> dict[str, Any]:
    context = report.context
    day = context.as_of
    charts = [block for section in report.shown for block in section.blocks if isinstance(block, Chart)]
    return {
        "title": title,
        "author": context.managing_body_name or context.pole_name,
        "date": {"year": day.year, "month": day.month, "day": day.day},
        "running": f"{context.pole_name} – {report.quarter_label}",
        "foot": context.reader_label,
        "kicker": f"{context.pole_name} · {context.reader_label}",
        "subtitle": f"{report.quarter_label}, arrêté au {french.day(day)}",
        "fictitious": context.is_fictitious,
        "draft": report.draft,
        "sections": [
            _section(section, after) for section, after in zip_longest(report.shown, report.shown[1:])
        ],
        "proofs": _proofs(report),
        "annex": list({chart.table.caption: _table(chart.table) for chart in charts}.values()),
    }


def _section(section: Section, after: Section | None) -> dict[str, Any]:
    last = len(section.blocks) - 1
    is_signed = after is not None and isinstance(next(iter(after.blocks), None), Signature)
    return {
        "level": section.level - 1,
        "new-page": section.starts_page,
        "title": section.title,
        # a paragraph that leads to something stays on its page, and nobody signs a page that says nothing
        "blocks": [
            _block(block) | {"leads": n < last, "signed": is_signed and n == last}
            for n, block in enumerate(section.blocks)
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"kind": "text", "parts": [_shown(p if isinstance(p, Cell) else Cell(p)) for p in block.parts]}
    if isinstance(block, Note):
        return {"kind": "note", "text": block.text, "level": block.level, "word": block.word}
    if isinstance(block, Prose):
        return {"kind": "prose", "parts": prose(block.text)}
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Signature):
        return {"kind": "signature", "certification": block.certification}
    return {
        "kind": "chart",
        "title": block.title,
        "description": block.description,
        "svg": block.svg,
        "width": 86,
    }


def _table(table: Table) -> dict[str, Any]:
    rows = [[_shown(cell) for cell in cells(row)] for row in table.rows]
    texts = [list(table.columns), *([cell["text"] for cell in row] for row in rows)]
    lengths = [max((len(row[n]) for row in texts), default=1) for n in range(len(table.columns))]
    # numbers keep their natural width; texts share the rest, the long ones wrapping more
    weights = [0 if n in table.numeric else max(9, length) ** 0.6 for n, length in enumerate(lengths)]
    if not any(weights):
        weights[0] = 1
    return {
        "kind": "table",
        "caption": table.caption,
        "columns": list(table.columns),
        "rows": rows,
        "numeric": sorted(table.numeric),
        "strong": sorted(table.strong),
        "form": table.is_form,
        "weights": weights,
    }


def _shown(cell: Cell) -> dict[str, str]:
    return {"text": cell.text, "id": cell.figure_id}


def _proofs(report: Report) -> list[list[str]]:
    """Identifier, name, place and value of every figure printed, in reading order: where its number leads."""
    found = []
    for figure in report.printed:
        place = [
            french.short_period(figure.period),
            catalogue.PERIMETERS.get(figure.perimeter, figure.perimeter),
        ]
        place += [report.label(figure)] if figure.dimension != "all" else []
        found.append([figure.figure_id, figures.name(figure), ", ".join(place), figure.text])
    return found


def prose(markdown: str) -> list[dict[str, Any]]:
    """Markdown as headings, paragraphs and list items of plain runs; what is not one of those is text."""
    parser = MarkdownIt("commonmark", {"html": False}).disable(["link", "image", "autolink", "html_inline"])
    parts: list[dict[str, Any]] = []
    marks: list[str] = []
    counters: list[int] = []
    kind, level = "paragraph", 0
    tokens = parser.parse(markdown)
    for token, depth in zip(tokens, heading_depths(tokens), strict=True):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            counters.append(0 if token.type == "ordered_list_open" else -1)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            counters.pop()
        elif token.type == "list_item_open":
            counters[-1] += 1 if counters[-1] >= 0 else 0
            marks = [f"{counters[-1]}." if counters[-1] > 0 else "–"]
        elif token.type == "heading_open":
            kind, level = "heading", depth
        elif token.type in ("fence", "code_block"):
            parts.append({"kind": "paragraph", "runs": [_run(token.content)]})
        elif token.type == "inline":
            mark = marks.pop() if marks else ""
            shown = "item" if counters else kind
            parts.append({"kind": shown, "mark": mark, "depth": level, "runs": _runs(token.children or [])})
            kind = "paragraph"
    return parts


def _run(text: str, strong: bool = False, emph: bool = False) -> dict[str, Any]:
    return {"text": text, "strong": strong, "emph": emph}


def _runs(tokens: list[Token]) -> list[dict[str, Any]]:
    found, strong, emph = [], False, False
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            strong = token.type == "strong_open"
        elif token.type in ("em_open", "em_close"):
            emph = token.type == "em_open"
        else:
            found.append(_run(token.content or " ", strong, emph))
    return found
