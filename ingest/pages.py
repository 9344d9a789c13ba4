"""The pages of returns/: plain tables in one offline file each. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from periscope.workspace import Run

_STYLE = """body{font-family:sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;margin:1rem 0}
td,th{border:1px solid #767676;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
caption{text-align:left;font-weight:bold;padding:.3rem 0}"""


def page(run: Run, title: str, *parts: str) -> str:
    """A whole page; `parts` are HTML already."""
    fictitious = "<p><strong>Données fictives</strong></p>" if run.workspace.settings.is_fictitious else ""
    return f"""<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>
<style>{_STYLE}</style>
</head><body><main><h1>{escape(title)}</h1>
{fictitious}
{"".join(parts)}
</main></body></html>
"""


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def table(caption: str, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; a missing cell (None) is a dash."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in titles)
    body = "".join(
        "<tr>" + "".join(f"<td>{'–' if c is None else escape(str(c))}</td>" for c in row) + "</tr>"
        for row in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def bullets(texts: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"
