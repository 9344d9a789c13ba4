"""Sections as HTML. Every text is escaped by the template; only our own SVG and the safe Markdown go in as they are."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from reports.document import Section, cells

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
    found.filters["markdown"] = markdown
    found.filters["svg"] = Markup
    return found


def markdown(text: str) -> Markup:
    """Markdown without HTML, links or images: a report is read offline and runs nothing. Titles start at level 3."""
    parser = (
        MarkdownIt("commonmark", {"html": False})
        .enable("table")
        .disable(["link", "image", "autolink", "html_inline"])
    )
    tokens = parser.parse(text)
    for token in tokens:
        if token.type.startswith("heading"):
            token.tag = f"h{min(6, max(3, int(token.tag[1])))}"
    return Markup(parser.renderer.render(tokens, parser.options, {}))


def section(built: Section) -> str:
    return environment().get_template("section.html.j2").module.section(built)  # type: ignore[attr-defined,no-any-return]


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
