"""The door of this room: all pages of a reader, from the files of its folder and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from periscope.beside import Beside, submit
from periscope.errors import GateError
from periscope.reader_context import ReportContext
from reports import eligibility, french, html, pdf, proofs, workbook
from reports.parts import parts
from reports.report import Report

if TYPE_CHECKING:  # a kernel, which imports this module too, has no need of a warehouse
    from periscope.reuse import Reuse
    from reports.notebook import Kernels

#: The titles of a report's parts, in the HTML of its sections: already escaped there.
_TITLES = re.compile(r'<h2 id="([\w-]+)-titre">(.*?)</h2>')


def render_reader(folder: Path) -> None:
    """Write the pages of one reader. Raises GateError when a text or an expense forbids it."""
    render_all([folder])()


def render_all(
    folders: Iterable[Path],
    kept: Reuse | None = None,
    kernels: Kernels | None = None,
    beside: Beside | None = None,
) -> Callable[[], None]:
    """Start the pages of several readers: dashboards in the second process, funders' reports in kernels.

    They are all written, or one of them refuses (GateError), once what is returned has been called. Raises GateError when
    an expense forbids a report. `kept` has the views of each dashboard of an earlier run, under the name
    of its folder.
    """
    from periscope.reuse import Reuse

    kept = kept or Reuse({})
    refused: list[str] = []
    funders: dict[Path, Callable[[], Markup]] = {}
    others: list[Path] = []
    own = ExitStack()
    for folder in folders:
        context = ReportContext.load(folder)
        violations = eligibility.violations(context)
        refused += violations
        if context.reader_kind != "funder":
            others.append(folder)
        elif not violations:
            kernels = kernels or own.enter_context(_kernels())
            funders[folder] = kernels.start(folder)
    if refused:
        own.close()
        raise GateError("Comptes rendus refusés, rien n'est publié :\n" + "\n".join(dict.fromkeys(refused)))
    dashboards = submit(beside, _dashboards, others, [kept.known(folder.name) or {} for folder in others])

    def written() -> None:
        with own:
            reports = [Report.open(folder) for folder in funders]
            # not written over there: a process that outlives a killed run must have nothing left to write
            for folder, (text, views) in zip(others, dashboards(), strict=True):
                (folder / "dashboard.html").write_text(text, encoding="utf-8")
                kept.keep(folder.name, views)
            for report in reports:
                shown = funders[report.folder]()
                (report.folder / "rapport.html").write_text(page(report, shown), encoding="utf-8")

    return written


def _dashboards(folders: list[Path], before: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """The dashboard of each folder, and the views that it keeps; `before` has those of an earlier run."""
    from periscope.reuse import Reuse
    from reports import dashboard  # no kernel makes one

    found = []
    for folder, views in zip(folders, before, strict=True):
        kept = Reuse(views)
        found.append((dashboard.render(Report.open(folder), kept), kept.used))
    return found


def _kernels() -> closing[Kernels]:
    from reports import notebook  # the kernel's libraries are slow to import

    return closing(notebook.Kernels())


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
