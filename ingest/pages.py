"""The pages of returns/: plain tables in one offline file each. Every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from periscope.workspace import Run

_STYLE = """body{font:1rem/1.5 system-ui,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;color:#1c2733;font-variant-numeric:tabular-nums;max-width:75rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1.5rem 0;font-size:.94rem}
td,th{border-bottom:1px solid #d3d9df;padding:.35rem .7rem .35rem 0;text-align:left;vertical-align:top;overflow-wrap:break-word}
th{color:#55616d;font-size:.84rem;border-bottom:1.5px solid #1c2733;vertical-align:bottom}
.num{text-align:right;white-space:nowrap}
caption{text-align:left;font-weight:bold;padding:.3rem 0}
@media (max-width:60rem){td,th{overflow-wrap:anywhere}}"""


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
    """A table; a missing cell (None) is a dash, and a column of whole numbers is set to the right."""
    lines = [list(row) for row in rows]
    numeric = [all(isinstance(cell, int | None) for cell in column) for column in zip(*lines, strict=True)]
    marks = [' class="num"' if is_numeric else "" for is_numeric in numeric] or [""] * len(titles)
    head = "".join(f'<th scope="col"{m}>{escape(text)}</th>' for m, text in zip(marks, titles, strict=True))
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{m}>{'–' if c is None else escape(str(c))}</td>" for m, c in zip(marks, row, strict=True)
        )
        + "</tr>"
        for row in lines
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def bullets(texts: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"
