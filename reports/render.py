"""The door of this room: all pages of a reader, from the files of its folder and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from periscope.errors import GateError
from reports import eligibility, french, html, pdf, proofs, workbook
from reports.parts import parts
from reports.report import Report

if TYPE_CHECKING:
    from reports.notebook import Kernels

#: The titles of a report's parts, in the HTML of its sections: already escaped there.
_TITLES = re.compile(r'<h2 id="([\w-]+)-titre">(.*?)</h2>')


def render_reader(folder: Path) -> None:
    """Write the pages of one reader. Raises GateError when a text or an expense forbids it."""
    render_all([folder])


def render_all(folders: Sequence[Path], kernels: Kernels | None = None) -> None:
    """Write the pages of several readers: dashboards here, funders' reports in kernels side by side, those given first."""
    reports = [Report.open(folder) for folder in folders]
    refused = [line for report in reports for line in eligibility.violations(report.context)]
    if refused:
        raise GateError("Comptes rendus refusés, rien n'est publié :\n" + "\n".join(dict.fromkeys(refused)))
    funders = [report for report in reports if report.context.reader_kind == "funder"]
    with ThreadPoolExecutor(1) as beside:
        executed = beside.submit(_executed, [report.folder for report in funders], kernels)
        from reports import dashboard  # a kernel, which imports this module too, makes none

        for report in reports:
            if report.context.reader_kind != "funder":
                (report.folder / "dashboard.html").write_text(dashboard.render(report), encoding="utf-8")
        for report, shown in zip(funders, executed.result(), strict=True):
            (report.folder / "rapport.html").write_text(page(report, shown), encoding="utf-8")


def _executed(folders: list[Path], kernels: Kernels | None) -> list[Markup]:
    """What the notebook showed of each funder's folder."""
    if not folders:
        return []
    from reports import notebook  # the kernel's libraries are slow to import

    if kernels:
        return kernels.execute(folders)
    with closing(notebook.Kernels()) as own:
        return own.execute(folders)


def page(report: Report, shown: Markup) -> str:
    """`rapport.html` around the sections that a notebook displayed."""
    styles = [html.asset("base.css"), html.asset("proofs.css")]
    shown, sheets = proofs.opened(report, shown)
    return html.page(
        "rapport.html.j2",
        title=title(report),
        context=report.context,
        quarter_label=report.quarter_label,
        as_of=french.day(report.context.as_of),
        draft=report.draft,
        menu=[(slug, Markup(title)) for slug, title in _TITLES.findall(shown)],
        shown=shown,
        proofs=sheets,
        styles=styles,
        policy=html.policy(styles, []),
    )


def title(report: Report) -> str:
    return f"Rapport à {report.context.reader_label}, {report.quarter_label}"


def save(report: Report) -> None:
    """Called last by the notebook: the PDF and the workbook of the sections it showed."""
    (report.folder / "rapport.pdf").write_bytes(pdf.render(report, title(report)))
    (report.folder / "tableaux.xlsx").write_bytes(workbook.render(report, title(report)))
    if any((report.folder / f"{part.family.name}.pdf").exists() for part in parts(report)):
        from reports import form  # what reads a PDF is slow to import, and few funders have a form

        form.fill_all(report)
