"""What only a funder's report has: identity of the action, the evaluator's text, objectives, the Cerfa, the signature."""

from __future__ import annotations

from decimal import Decimal

from periscope import catalogue
from periscope.errors import GateError
from periscope.reader_context import Grant
from reports import cerfa as cerfa_module
from reports import french, wording
from reports.cerfa import CerfaTable, Row
from reports.document import Block, Cell, Note, Prose, Section, Signature, Table, Text
from reports.figures import indicator_name
from reports.report import CRITERIA, HEADLINES, PRESENCE_PERIMETERS, Report
from reports.sections.resources import actions, percent
from reports.sections.tables import coverage_text

_STATUSES = {
    "requested": "Sollicitée",
    "notified": "Notifiée",
    "contracted": "Conventionnée",
    "paid": "Versée",
    "closed": "Soldée",
    "refused": "Refusée",
}


def identity(report: Report) -> Section:
    """Who reports, for which grants, over which period."""
    context = report.context
    blocks: list[Block] = []
    for grant in context.grants:
        rows: list[list[str | Cell]] = [
            ["Structure", context.managing_body_name or french.MISSING],
            ["SIREN", context.managing_body_siren or french.MISSING],
            ["Action", grant.action or french.MISSING],
            ["Objet", grant.purpose or french.MISSING],
            ["Financeur", grant.funder_label],
            ["Période", f"{french.day(grant.period_start)} – {french.day(grant.period_end)}"],
            ["Statut", _STATUSES.get(grant.status, grant.status)],
            ["Décidée le", french.day(grant.decided_on)],
            ["Montant demandé", french.euros(grant.requested_eur, 2)],
            ["Montant accordé", french.euros(_awarded(grant), 2)],
            ["Montant versé", french.euros(grant.paid_eur, 2)],
        ]
        blocks.append(Table(f"Subvention {grant.grant_id}", ("Rubrique", "Contenu"), rows))
    if not blocks:
        blocks.append(Note("Aucune subvention de ce financeur n'est au registre.", "warning"))
    return Section("identite", "Identité de l'action", blocks)


def _awarded(grant: Grant) -> Decimal | None:
    if grant.status in ("requested", "refused"):
        return None
    return grant.amount_eur if grant.awarded_eur is None else grant.awarded_eur


def qualitative(report: Report) -> Section:
    """The evaluator's text, its figures bound. Raises GateError when a sentence says more than its figures."""
    remarks = [str(remark) for text in report.context.texts for remark in wording.check(text, report.figures)]
    if remarks:
        raise GateError("Texte refusé, rien n'est publié :\n" + "\n".join(remarks))
    blocks: list[Block] = [
        Prose(wording.render(text.markdown, report.figures)) for text in report.context.texts
    ]
    if not blocks:
        names = french.listing([f"texts/{grant.grant_id}.md" for grant in report.context.grants])
        blocks.append(
            Note(f"Bilan qualitatif à rédiger : écrivez {names} dans l'espace de travail.", "warning")
        )
    return Section("bilan-qualitatif", "Bilan qualitatif", blocks)


def objectives(report: Report) -> Section:
    """The three criteria against their targets, and the history of those targets."""
    rows: list[list[str | Cell]] = []
    for criterion, indicator_ids in HEADLINES.items():
        for indicator_id in indicator_ids:
            figure = report.now(indicator_id)
            target = report.target_sentence(indicator_id, "members") or "Pas d'objectif fixé"
            rows.append(
                [
                    f"{CRITERIA[criterion]} : {indicator_name(indicator_id)}",
                    Cell.of(figure),
                    report.change_cell(figure),
                    target,
                    coverage_text(figure),
                ]
            )
    columns = ("Critère", "Valeur", "Sur un an", "Objectif", "Couverture")
    blocks: list[Block] = [
        Text([f"Situation au {report.quarter_label}, ensemble des membres."]),
        Table("Les trois critères du pôle", columns, rows, frozenset({1, 2, 4})),
    ]
    history = _target_history(report)
    if history:
        headings = ("Indicateur", "Période", "Objectif", "Fixé le", "Par", "Motif")
        blocks.append(Table("Objectifs fixés, sans effacement", headings, history, frozenset({2})))
    return Section("objectifs", "Objectifs et résultats", blocks)


def _target_history(report: Report) -> list[list[str | Cell]]:
    ids = {indicator_id for ids in HEADLINES.values() for indicator_id in ids}
    found = [
        t for t in report.context.targets if t.indicator_id in ids and t.perimeter in PRESENCE_PERIMETERS
    ]
    return [
        [
            f"{indicator_name(t.indicator_id)} ({catalogue.PERIMETERS[t.perimeter].lower()})",
            french.short_period(t.period),
            french.quantity(t.target, catalogue.load()[t.indicator_id].unit),
            french.day(t.set_on),
            t.set_by,
            t.reason,
        ]
        for t in sorted(found, key=lambda t: (t.indicator_id, t.perimeter, t.period, t.set_on))
    ]


def cerfa(report: Report) -> Section:
    """Cerfa 15059*02: the table of each action, its notes, its gaps and its footer."""
    blocks: list[Block] = []
    for action, year in actions(report):
        built = cerfa_module.table(action, year, report.context.budget_lines, report.context.expenses)
        blocks += [_cerfa_table(built, side) for side in cerfa_module.SIDES]
        for grant in report.context.grants:
            if grant.action == action and (amount := _awarded(grant)) is not None:
                blocks.append(Text([cerfa_module.footer(amount, built)]))
        blocks.append(_gaps(report, built))
        blocks += [Note(note) for note in built.notes]
    if not blocks:
        blocks.append(
            Note(
                "Aucun budget n'est saisi pour cette action : remplissez register/budget_lines.csv.",
                "warning",
            )
        )
    for due in cerfa_module.deadlines(report.context.grants):
        told = f"Compte rendu de {due.grant.grant_id} à remettre au plus tard le {french.day(due.due_on)}."
        if due.earlier_on:
            told += (
                f" Le formulaire, lu à la lettre, donne le {french.day(due.earlier_on)} : visez cette date."
            )
        blocks.append(Note(told, "warning" if due.earlier_on else "info"))
    return Section("cerfa", "Compte rendu financier (Cerfa 15059*02)", blocks)


def _cerfa_table(built: CerfaTable, side: str) -> Table:
    rows = [
        [_line_label(r), _euro(r.forecast_eur), _euro(r.realised_eur), percent(r.percent)]
        for r in built.rows[side]
    ]
    strong = frozenset(n for n, r in enumerate(built.rows[side]) if r.parent in ("T1", "T2", ""))
    title = "Charges" if side == "charge" else "Produits"
    return Table(
        f"{title} de l'action « {built.action} », exercice {built.fiscal_year}, en euros",
        ("Ligne", "Prévision", "Réalisation", "%"),
        rows,
        frozenset({1, 2, 3}),
        strong,
    )


def _line_label(row: Row) -> str:
    if row.line in ("T1", "T2"):
        return row.label
    return f"{row.line.replace(' +', '')} {row.label}"


def _euro(value: Decimal | None) -> str:
    return "" if value is None else french.number(value)


def _gaps(report: Report, built: CerfaTable) -> Block:
    context = report.context
    found = cerfa_module.significant_gaps(built, context.cerfa_gap_share, context.cerfa_gap_eur)
    rule = (
        f"plus de {french.share(context.cerfa_gap_share, 0)} et plus de {french.euros(context.cerfa_gap_eur)}"
    )
    if not found:
        return Text([f"Aucun écart significatif entre prévision et réalisation ({rule})."])
    rows = [
        [
            _line_label(row),
            french.signed(row.gap_eur or Decimal(0), "eur"),
            french.share(part) if part is not None else "sans prévision",
        ]
        for row, part in found
    ]
    return Table(
        f"Écarts significatifs, à expliquer ({rule})",
        ("Ligne", "Écart en euros", "Écart en %"),
        rows,
        frozenset({1, 2}),
    )


def signature(report: Report) -> Section:
    """The certification of the form, to be signed by hand."""
    certification = (
        "Je soussigné(e), ……………………………, représentant(e) légal(e) de "
        f"{report.context.managing_body_name or '……………………………'}, certifie exactes les informations du présent compte rendu."
    )
    return Section("signature", "Certification", [Signature(certification)])
