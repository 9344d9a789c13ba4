"""Sections as HTML. Every text is escaped by the template; only our own SVG and the safe Markdown go in as they are."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from reports.document import FIRST_MARK, MARK, Prose, Section, cells

HERE = Path(__file__).parent


@cache
def environment() -> Environment:
    """The templates, escaping everything whatever their extension."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["cells"] = cells
    found.filters["prose"] = prose
    found.filters["svg"] = Markup
    return found


def markdown(text: str, first_level: int = 3) -> Markup:
    """Markdown without HTML, links or images: a report is read offline and runs nothing. Titles follow `first_level`."""
    parser = (
        MarkdownIt("commonmark", {"html": False})
        .enable("table")
        .disable(["link", "image", "autolink", "html_inline"])
    )
    tokens = parser.parse(text)
    for token, depth in zip(tokens, heading_depths(tokens), strict=True):
        if depth:
            token.tag = f"h{min(6, first_level + depth - 1)}"
    return Markup(parser.renderer.render(tokens, parser.options, {}))


def prose(block: Prose, first_level: int) -> Markup:
    """Its Markdown, each of its figures as in a table."""
    shown = environment().get_template("section.html.j2").module
    return Markup(
        MARK.sub(
            lambda mark: shown.cell(block.cells[ord(mark[0]) - FIRST_MARK]),  # type: ignore[attr-defined]
            markdown(block.markdown, first_level),
        )
    )


def heading_depths(tokens: Sequence[Token]) -> list[int]:
    """The depth of each heading token, 1 for the first, 0 for other tokens: whatever levels were typed, none is skipped."""
    written = sorted({int(token.tag[1]) for token in tokens if token.type == "heading_open"})
    found, last = [], 0
    for token in tokens:
        if token.type == "heading_open":
            last = min(written.index(int(token.tag[1])) + 1, last + 1)
        found.append(last if token.type in ("heading_open", "heading_close") else 0)
    return found


def section(built: Section) -> str:
    return environment().get_template("section.html.j2").module.section(built)  # type: ignore[attr-defined,no-any-return]


def blocks(built: Section) -> str:
    """The blocks of a section, without its title."""
    return environment().get_template("section.html.j2").module.blocks(built).strip()  # type: ignore[attr-defined,no-any-return]


def cards(shown: list[dict[str, Any]]) -> str:
    return environment().get_template("cards.html.j2").module.cards(shown).strip()  # type: ignore[attr-defined,no-any-return]


def asset(name: str) -> Markup:
    """A style sheet or script of ours, to be set inside the page."""
    return Markup((HERE / "assets" / name).read_text(encoding="utf-8").strip())


def policy(styles: list[Markup], scripts: list[Markup]) -> str:
    """A content policy that admits these very styles and scripts, and no address at all."""

    def hashes(texts: list[Markup]) -> str:
        found = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
        return " ".join(f"'sha256-{one}'" for one in found) or "'none'"

    return (
        f"default-src 'none'; style-src {hashes(styles)}; script-src {hashes(scripts)}; "
        "base-uri 'none'; form-action 'none'"
    )


def page(template: str, **values: Any) -> str:
    return environment().get_template(template).render(**values) + "\n"
