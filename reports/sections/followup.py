"""How far to trust the figures: who is missing, what changed, what is withheld, how it was made, what is due."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

from periscope import catalogue, layouts, tables
from reports import french
from reports.document import Block, Note, Section, Table, Text
from reports.figures import indicator_name
from reports.report import Report
from reports.sections.tables import shown_indicators

_COMPANIONS = ("_km", "_low", "_high", "_mde")


def coverage(report: Report) -> Section:
    """Declarations that are missing: names in the internal edition only, numbers otherwise."""
    missing = report.context.missing_senders
    receipts = report.context.receipts
    number = french.plural
    blocks: list[Block] = [
        Text(
            [
                f"{number(receipts.files_count, 'fichier reçu', 'fichiers reçus')}, dont "
                f"{number(receipts.files_refused_count, 'refusé')}. "
                f"{number(receipts.rows_read_count, 'ligne lue', 'lignes lues')} : "
                f"{number(receipts.rows_accepted_count, 'acceptée')}, {number(receipts.rows_refused_count, 'refusée')}."
            ]
        )
    ]
    if not missing:
        return Section("manques", "Ce qui manque", [*blocks, Text(["Aucune déclaration ne manque."])])
    counted = Counter(sender.kind for sender in missing)
    rows = [[_kind(kind), french.number(Decimal(count))] for kind, count in sorted(counted.items())]
    blocks.append(
        Table("Déclarations manquantes par nature", ("Déclaration", "Membres"), rows, frozenset({1}))
    )
    named = [[s.name, _kind(s.kind)] for s in sorted(missing, key=lambda s: (s.name, s.kind)) if s.name]
    if report.context.reader_kind == "internal" and named:
        blocks.append(Table("À relancer", ("Membre", "Déclaration"), named))
    blocks.append(
        Note(
            "Un membre qui n'a pas répondu n'est compté pour rien : ni zéro, ni la valeur d'avant. La couverture le dit."
        )
    )
    return Section("manques", "Ce qui manque", blocks)


def _kind(kind: str) -> str:
    known = tables.DECLARATIONS.get(kind)
    return known.label_fr if known else kind


def secrecy(report: Report) -> Section:
    """For whoever meets a masked figure: how many, and why, in plain words."""
    current = [f for f in report.figures if f.period in (report.quarter, report.year)]
    hidden = [f for f in current if f.status == "suppressed"]
    told = (
        f"{french.plural(len(hidden), 'chiffre')} sur {french.number(Decimal(len(current)))} de ce trimestre et de "
        f"l'année {'est masqué' if len(hidden) < 2 else 'sont masqués'}, marqués « {french.SUPPRESSED} »."
        if hidden
        else "Aucun chiffre de ce trimestre n'est masqué pour vous."
    )
    why = (
        "Un chiffre est masqué quand le publier reviendrait à montrer les comptes d'une seule structure : moins de trois "
        "structures derrière lui, ou une seule qui en fait l'essentiel. Un second chiffre l'est parfois avec lui, quand une "
        "simple soustraction suffirait à retrouver le premier. Un chiffre masqué existe et entre dans les totaux."
    )
    blocks: list[Block] = [Text([told]), Text([why])]
    counted = Counter((indicator_name(f.indicator_id), catalogue.DIMENSIONS[f.dimension]) for f in hidden)
    if counted:
        rows = [[name, detail, french.number(Decimal(n))] for (name, detail), n in sorted(counted.items())]
        blocks.append(
            Table(
                "Où sont les chiffres masqués",
                ("Indicateur", "Par", "Chiffres"),
                rows,
                frozenset({2}),
                is_folded=True,
            )
        )
    return Section("secret", "Chiffres masqués : pourquoi", blocks)


def withheld(report: Report) -> Section:
    """Internal edition: the figures that other readers do not see, and why."""
    together: dict[tuple[str, str, str, str, str], set[str]] = defaultdict(set)
    for one in report.context.withheld:
        key = (indicator_name(one.indicator_id), one.period, one.perimeter, one.reason, one.readers)
        together[key].add(_item(report, one.item))
    rows = [
        [
            name,
            french.short_period(period),
            catalogue.PERIMETERS.get(perimeter, perimeter),
            ", ".join(sorted(items)),
            reason,
            readers or "personne (accords)",
        ]
        for (name, period, perimeter, reason, readers), items in sorted(together.items())
    ]
    columns = ("Indicateur", "Période", "Périmètre", "Détails", "Motif", "Caché à")
    blocks: list[Block] = (
        [Table("Liste des chiffres masqués aux autres lecteurs", columns, rows, is_folded=True)]
        if rows
        else []
    )
    fragile = [
        [
            indicator_name(one.indicator_id),
            french.short_period(one.period),
            catalogue.PERIMETERS.get(one.perimeter, one.perimeter),
            str(one.contributors_count),
            french.share(one.largest_share),
        ]
        for one in report.context.fragilities
    ]
    if fragile:
        header = ("Indicateur", "Période", "Périmètre", "Entreprises", "Part du plus gros contributeur")
        blocks.append(Table("Fragilité des chiffres principaux", header, fragile, is_folded=True))
    blocks += _layouts(report)
    return Section(
        "masques", "Chiffres masqués aux autres lecteurs", blocks or [Text(["Aucun chiffre n'est masqué."])]
    )


def _item(report: Report, item: str) -> str:
    if item == "all":
        return "Ensemble"
    return next((labels[item] for labels in report.context.labels.values() if item in labels), item)


def _layouts(report: Report) -> list[Block]:
    """Breakdowns by function that could be published instead, with the lines of the settings that choose them."""
    offers = report.context.layouts
    if not offers:
        return []
    best = next(one.layout for one in offers if one.layout)
    told = (
        "La plupart des fonctions sont masquées hors de l'édition interne. Les présentations ci-dessous peuvent être "
        f"publiées. Pour retenir la première, écrivez dans periscope.toml : {best} ; elle vaudra pour tous "
        "les trimestres, qui resteront comparables. Pour garder les fonctions telles quelles : [layouts] function = []."
    )
    rows = [
        [
            layouts.words(one.layout),
            indicator_name(one.indicator_id),
            french.short_period(one.period),
            f"{one.shown_count} sur {one.cells_count}",
            french.share(one.told_share),
        ]
        for one in offers
    ]
    header = ("Découpage", "Indicateur", "Période", "Cases publiées", "Part du total dite")
    return [
        Text([told]),
        Table("Découpages par fonction qui peuvent être publiés", header, rows, is_folded=True),
    ]


def method(report: Report) -> Section:
    """The definitions of what the sections above show, or of everything published, from the catalogue."""
    shown = shown_indicators(report) or {f.indicator_id for f in report.figures}
    shown = {i for i in shown if not i.endswith(_COMPANIONS)}
    rows = [[i.name_fr, i.definition_fr, i.formula_fr] for key, i in catalogue.load().items() if key in shown]
    blocks: list[Block] = [
        Text(
            [
                "Chaque chiffre vient des fichiers remis par les membres et du registre du pôle, par des règles écrites et rejouables. "
                "Un chiffre n'est jamais saisi dans un rapport. Une absence n'est jamais un zéro."
            ]
        ),
        Table("Définitions des indicateurs", ("Indicateur", "Définition", "Formule"), rows, is_folded=True),
    ]
    return Section("methode", "Méthode", blocks)


def glossary(report: Report) -> Section:
    """How to read the marks."""
    rows = [
        ["n.d.", "Valeur non disponible ; la raison est dans la preuve du chiffre."],
        ["s", "Valeur couverte par le secret statistique : trop peu d'entreprises, ou une seule dominante."],
        ["(R)", "Chiffre révisé depuis une publication close."],
        ["ETP", "Équivalent temps plein, à la date dite."],
        ["Couverture", "Part des membres attendus qui ont répondu."],
        *(
            [label, "Statut d'un chiffre publié."]
            for key, label in french.STATUSES.items()
            if key in ("provisional", "closed")
        ),
    ]
    return Section("lecture", "Comment lire", [Table("Signes et abréviations", ("Signe", "Sens"), rows)])
