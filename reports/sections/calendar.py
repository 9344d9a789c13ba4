"""The calendar of reports due to funders, across grants."""

from __future__ import annotations

from reports import deadlines as deadlines_module
from reports import french
from reports.document import Block, Note, Section, Table, Text
from reports.report import Report


def deadlines(report: Report) -> Section:
    """Reports due, the nearest date first, with the form's own reading when it comes earlier."""
    context = report.context
    due = deadlines_module.deadlines(context.grants, context.families)
    if not due:
        return Section("echeances", "Échéances", [Text(["Aucun compte rendu n'est attendu."])])
    rows = [
        [
            french.day(one.due_on) if one.due_on else "Selon la convention",
            french.day(one.earlier_on) if one.earlier_on else "–",
            one.grant.grant_id,
            f"{one.grant.funder_label} – {one.grant.purpose}".strip(" –"),
            "En retard" if one.due_on and one.due_on < context.as_of else "À venir",
        ]
        for one in due
    ]
    columns = ("Au plus tard", "Formulaire lu à la lettre", "Subvention", "Financeur et objet", "État")
    blocks: list[Block] = [Table("Comptes rendus à remettre", columns, rows)]
    late = [one for one in due if one.due_on and one.due_on < context.as_of]
    if late:
        told = french.plural(len(late), "échéance passée", "échéances passées")
        blocks.append(Note(f"{told} au {french.day(context.as_of)}.", "warning"))
    blocks += [Note(rule) for rule in dict.fromkeys(one.rule for one in due if one.rule)]
    return Section("echeances", "Échéances", blocks)
