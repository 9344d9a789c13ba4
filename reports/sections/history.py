"""What has changed since it was told: restated figures, what each edition said of the headlines, revised targets."""

from __future__ import annotations

from periscope import catalogue
from periscope.reader_context import Restatement, Revision
from reports import french
from reports.document import Block, Cell, Note, Section, Table, Text
from reports.figures import indicator_name
from reports.report import Report

_KINDS_FR = {
    "late_data": "donnée arrivée après coup",
    "error": "erreur corrigée",
    "method": "méthode",
    "perimeter": "périmètre",
}


def restatements(report: Report) -> Section:
    """Restated figures with their types, the revision triangle, and the targets set more than once."""
    found = report.context.restatements
    blocks: list[Block] = [_restated(report)] if found else [Text(["Aucun chiffre clos n'a changé."])]
    if report.context.revisions:
        blocks += [
            _triangle(report),
            Note(
                "Une ligne par trimestre clos ; une colonne par édition. Ce qui a été publié ne s'efface pas."
            ),
        ]
    targets = _revised_targets(report)
    if targets:
        headings = ("Indicateur", "Période", "Objectif", "Fixé le", "Par", "Motif")
        blocks.append(Table("Objectifs révisés, anciens et nouveaux", headings, targets, frozenset({2})))
    return Section("revisions", "Révisions", blocks)


def _restated(report: Report) -> Table:
    rows = [_row(report, one) for one in report.context.restatements]
    columns = ["Indicateur", "Période", "Périmètre", "Clos à", "Révisé à", "Écart", "Type"]
    if report.context.reader_kind == "internal":
        columns += ["Cause", "Accepté par"]
    return Table("Chiffres révisés depuis leur clôture (R)", columns, rows, frozenset({3, 4, 5}))


def _row(report: Report, one: Restatement) -> list[str | Cell]:
    unit = _unit(one.indicator_id)
    label = report.context.item_label(one.dimension, one.item) if one.dimension != "all" else ""
    both = one.old_value is not None and one.new_value is not None
    row: list[str | Cell] = [
        f"{indicator_name(one.indicator_id)} {label}".strip(),
        french.short_period(one.period),
        catalogue.PERIMETERS.get(one.perimeter, one.perimeter),
        french.quantity(one.old_value, unit),
        Cell(french.quantity(one.new_value, unit), one.figure_id),
        french.difference(one.new_value, one.old_value, unit) if both else french.MISSING,  # type: ignore[arg-type]
        ", ".join(_KINDS_FR.get(kind, kind) for kind in one.kinds) or one.reason,
    ]
    if report.context.reader_kind == "internal":
        row += [one.reason, f"{one.approved_by}, {french.day(one.approved_on)}" if one.approved_by else ""]
    return row


def _unit(indicator_id: str) -> str:
    known = catalogue.load().get(indicator_id)
    return known.unit if known else "number"


def _triangle(report: Report) -> Table:
    told = [one for one in report.context.revisions if one.perimeter == "members"]
    editions = sorted({one.published_in for one in told})
    by_cell = {(one.indicator_id, one.period, one.published_in): one for one in told}
    lines = dict.fromkeys((one.indicator_id, one.period) for one in told)
    rows: list[list[str | Cell]] = [
        [
            indicator_name(indicator_id),
            french.short_period(period),
            *(_told(by_cell.get((indicator_id, period, edition))) for edition in editions),
        ]
        for indicator_id, period in lines
    ]
    columns = ("Indicateur", "Trimestre", *(f"Édition {french.short_period(e)}" for e in editions))
    numeric = frozenset(range(2, 2 + len(editions)))
    return Table("Ce que chaque édition a publié, ensemble des membres", columns, rows, numeric)


def _told(one: Revision | None) -> str:
    if one is None:
        return "–"
    return (
        french.SUPPRESSED
        if one.status == "suppressed"
        else french.quantity(one.value, _unit(one.indicator_id))
    )


def _revised_targets(report: Report) -> list[list[str | Cell]]:
    """Every version, with its day, of the targets that were set more than once."""
    keys = dict.fromkeys((t.indicator_id, t.perimeter, t.period) for t in report.context.targets)
    return [
        [
            f"{indicator_name(t.indicator_id)} ({catalogue.PERIMETERS.get(t.perimeter, t.perimeter).lower()})",
            french.short_period(t.period),
            french.quantity(t.target, _unit(t.indicator_id)),
            french.day(t.set_on),
            t.set_by,
            t.reason,
        ]
        for versions in (report.target_history(*key) for key in sorted(keys))
        if len(versions) > 1
        for t in versions
    ]
