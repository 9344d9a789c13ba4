"""What a funder's report has for each grant: identity, the evaluator's text, objectives, jobs, deadline, signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from periscope import catalogue
from periscope.errors import GateError
from periscope.reader_context import Grant
from reports import deadlines, french, wording
from reports.document import Block, Cell, Note, Section, Signature, Table, Text
from reports.eligibility import AWARDED, awarded_eur
from reports.figures import indicator_name
from reports.parts import Part, parts
from reports.report import Report
from reports.sections import criteria, effect, resources
from reports.sections.accounts import cerfa, eligible_costs, expenses, funding_plan
from reports.sections.tables import coverage_text

_STATUSES = {
    "requested": "Sollicitée",
    "notified": "Notifiée",
    "contracted": "Conventionnée",
    "paid": "Versée",
    "closed": "Soldée",
    "refused": "Refusée",
}
_BLANK = "…………………………………………"


def summary(report: Report) -> Section:
    """First page: the grants of this funder, and when each must be accounted for."""
    due = {d.grant.grant_id: d for d in deadlines.deadlines(report.context.grants, report.context.families)}
    rows = [
        [
            grant.grant_id,
            grant.purpose or french.MISSING,
            _period(grant),
            _STATUSES.get(grant.status, grant.status),
            french.euros(awarded_eur(grant), 2) if grant.status in AWARDED else "–",
            french.day(due[grant.grant_id].due_on) if grant.grant_id in due else "–",
        ]
        for grant in report.context.grants
    ]
    columns = ("Subvention", "Objet", "Période", "Statut", "Accordé", "Compte rendu avant le")
    blocks: list[Block] = [Table("Subventions de ce financeur", columns, rows, frozenset({4}))]
    if not any(grant.status in AWARDED for grant in report.context.grants):
        blocks = [
            *(blocks if rows else []),
            Note("Aucune subvention accordée par ce financeur : rien n'est à justifier.", "warning"),
        ]
    return Section("subventions", "Subventions", blocks)


def grant_parts(report: Report) -> list[Section]:
    """One full part per grant awarded; its family says which sections, in which order."""
    shown: list[Section] = []
    for part in parts(report):
        title = f"Subvention {part.grant.grant_id} : {part.grant.purpose or part.grant.action}".rstrip(" :")
        blocks: list[Block] = [Text([f"{part.family.label}. {_seen_from(part)}"])]
        blocks += [Note(note) for note in part.family.notes]
        shown.append(Section(part.slug("debut"), title, blocks, starts_page=True))
        shown += [replace(_PART_SECTIONS[name](part), level=3) for name in part.family.sections]
    return shown


def results(report: Report) -> list[Section]:
    """The results of the pole that the families of this funder ask for, once."""
    families = [part.family for part in parts(report)]
    wanted = [name for name in _RESULTS if any(name in family.results for family in families)]
    if not wanted:
        return []
    intro = Text([f"Ensemble du pôle, {report.quarter_label} : communs à toutes les subventions ci-dessus."])
    return [
        Section("resultats", "Résultats du pôle", [intro], starts_page=True),
        *(replace(_RESULTS[name](report), level=3) for name in wanted),
        *([replace(effect.effects_annex(report), level=3)] if "effects" in wanted else []),
    ]


def _seen_from(part: Part) -> str:
    return (
        f"Situation au {part.report.quarter_label}, dernier trimestre publié de la période de la subvention."
    )


def _period(grant: Grant) -> str:
    return f"{french.day(grant.period_start)} – {french.day(grant.period_end)}"


def identity(part: Part) -> Section:
    """Who reports, for which action, over which period; what the pole does not know is left to be filled by hand."""
    context, grant = part.report.context, part.grant
    siret = context.managing_body_siret or (
        f"{context.managing_body_siren} …………… (SIREN ; compléter)" if context.managing_body_siren else _BLANK
    )
    rows: list[list[str | Cell]] = [
        ["Structure", context.managing_body_name or _BLANK],
        ["SIRET", siret],
        ["RNA, ou récépissé en préfecture", context.managing_body_rna or _BLANK],
        ["Action", grant.action or french.MISSING],
        ["Objet", grant.purpose or french.MISSING],
        ["Financeur", grant.funder_label],
        ["Période", _period(grant)],
        ["Statut", _STATUSES.get(grant.status, grant.status)],
        ["Décidée le", french.day(grant.decided_on)],
        ["Montant demandé", french.euros(grant.requested_eur, 2)],
        ["Montant accordé", french.euros(awarded_eur(grant), 2)],
        ["Montant versé", french.euros(grant.paid_eur, 2)],
    ]
    return Section(
        part.slug("identite"),
        "Identité de l'action",
        [Table(f"Subvention {grant.grant_id}", ("Rubrique", "Contenu"), rows)],
    )


def qualitative(part: Part) -> Section:
    """The evaluator's text, its figures bound. Raises GateError when a sentence says more than its figures."""
    figures, grant_id = part.report.figures, part.grant.grant_id
    texts = [text for text in part.report.context.texts if text.grant_id == grant_id]
    remarks = [str(remark) for text in texts for remark in wording.check(text, figures)]
    if remarks:
        raise GateError("Texte refusé, rien n'est publié :\n" + "\n".join(remarks))
    blocks: list[Block] = [wording.render(text.markdown, figures) for text in texts]
    if not blocks:
        blocks.append(
            Note(
                f"Bilan qualitatif à rédiger dans texts/{grant_id}.md : mise en œuvre de l'action, personnes bénéficiaires "
                "par type de public, dates et lieux, objectifs atteints ou non.",
                "warning",
            )
        )
    return Section(part.slug("bilan"), "Bilan qualitatif", blocks)


def objectives(part: Part) -> Section:
    """The family's indicators against their targets, and the history of those targets."""
    report, rows = part.report, list[list[str | Cell]]()
    for indicator_id in part.family.indicators:
        perimeter = perimeter_of(indicator_id)
        figure = report.now(indicator_id, perimeter)
        target = report.target_sentence(indicator_id, perimeter) or "Pas d'objectif fixé"
        rows.append(
            [
                indicator_name(indicator_id),
                Cell.of(figure),
                report.change_cell(figure),
                target,
                coverage_text(figure),
            ]
        )
    columns = ("Indicateur", "Valeur", "Sur un an", "Objectif", "Couverture")
    blocks: list[Block] = [
        Table(f"Objectifs et résultats, {report.quarter_label}", columns, rows, frozenset({1, 2, 4})),
    ]
    history = _target_history(part)
    if history:
        headings = ("Indicateur", "Période", "Objectif", "Fixé le", "Par", "Motif")
        blocks.append(Table("Objectifs fixés, sans effacement", headings, history, frozenset({2})))
    return Section(part.slug("objectifs"), "Objectifs et résultats", blocks)


def perimeter_of(indicator_id: str) -> str:
    """All members where the indicator has them, else its only perimeter (rooms, lots, the managing body)."""
    perimeters = catalogue.load()[indicator_id].perimeters
    return "members" if "members" in perimeters else perimeters[0]


def _target_history(part: Part) -> list[list[str | Cell]]:
    """Targets of the exercises of the grant, for the indicators of the family."""
    report, ids = part.report, part.family.indicators
    years = {report.year, *part.years}
    found = [t for t in report.context.targets if t.indicator_id in ids and t.period[:4] in years]
    return [
        [
            f"{indicator_name(t.indicator_id)} ({catalogue.PERIMETERS.get(t.perimeter, t.perimeter).lower()})",
            french.short_period(t.period),
            french.quantity(t.target, catalogue.load()[t.indicator_id].unit),
            french.day(t.set_on),
            t.set_by,
            t.reason,
        ]
        for t in sorted(found, key=lambda t: (t.indicator_id, t.perimeter, t.period, t.set_on))
    ]


def jobs_by_definition(part: Part) -> Section:
    """Jobs as this funder counts them: its definition, then the figures it asks for and no other."""
    report, rows = part.report, list[list[str | Cell]]()
    for indicator_id in part.family.jobs_indicators:
        figure = report.now(indicator_id)
        known = catalogue.RUNGS.get(figure.rung, figure.rung) if figure else "Non publié pour ce trimestre"
        rows.append(
            [
                indicator_name(indicator_id),
                Cell.of(figure),
                report.change_cell(figure),
                coverage_text(figure),
                known,
            ]
        )
    columns = ("Indicateur", "Valeur", "Sur un an", "Couverture", "Connu par")
    table = Table(f"Emplois, {report.quarter_label}", columns, rows, frozenset({1, 2, 3}))
    return Section(
        part.slug("emplois"),
        "Emplois, selon la définition du financeur",
        [Text([part.family.jobs_definition]), table],
    )


def due(part: Part) -> Section:
    """When the report of this grant is due, by the rule and by the form read to the letter."""
    found = deadlines.deadline(part.grant, part.family)
    if part.grant.status == "closed":
        told = "Subvention soldée : aucun compte rendu n'est plus attendu."
    elif found.due_on is None:
        told = "Date de remise : voir la convention."
    else:
        told = f"À remettre au plus tard le {french.day(found.due_on)}."
    blocks: list[Block] = [Text([f"{told} {found.rule}".strip()])]
    if found.earlier_on and part.grant.status != "closed":
        blocks.append(
            Note(
                f"Le formulaire, lu à la lettre, donne le {french.day(found.earlier_on)} : visez cette date.",
                "warning",
            )
        )
    if found.due_on and found.due_on < part.report.context.as_of and part.grant.status != "closed":
        blocks.append(Note(f"Échéance dépassée au {french.day(part.report.context.as_of)}.", "warning"))
    return Section(part.slug("echeance"), "Échéance du compte rendu", blocks)


def certification(part: Part) -> Section:
    """The certification of the form, to be signed by hand."""
    body = part.report.context.managing_body_name or _BLANK
    sentence = (
        f"Je soussigné(e), {_BLANK}, représentant(e) légal(e) de {body}, certifie exactes les informations du "
        f"présent compte rendu de la subvention {part.grant.grant_id}."
    )
    return Section(part.slug("certification"), "Certification", [Signature(sentence)])


_PART_SECTIONS: dict[str, Callable[[Part], Section]] = {
    "identity": identity,
    "qualitative": qualitative,
    "objectives": objectives,
    "jobs_by_definition": jobs_by_definition,
    "cerfa": cerfa,
    "funding_plan": funding_plan,
    "eligible_costs": eligible_costs,
    "expenses": expenses,
    "due": due,
    "certification": certification,
}
_RESULTS: dict[str, Callable[[Report], Section]] = {
    "creation": criteria.creation,
    "cooperation": criteria.cooperation,
    "jobs": criteria.jobs,
    "turnover": criteria.turnover,
    "rooms": resources.rooms,
    "effects": effect.effects,
}
