"""A member's feedback sheet: one page beside its returns, from its own values and what everybody may read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path

from periscope import catalogue, tables
from periscope.member_sheet import MemberSheet, OwnFigure
from periscope.quarters import Quarter
from reports import charts, french, html
from reports.charts import Point
from reports.document import Block, Chart, Note, Section, Table, Text
from reports.figures import Figures, indicator_name
from reports.report import scaled

SUFFIX = "-fiche.html"
_QUARTERS = 8
#: own value -> the published change that it may be held against
_PUBLISHED_CHANGE = {"turnover_total": ("turnover_panel_growth", "turnover_median_growth")}
_DRAWN = ("turnover_total", "jobs_fte")


def write_all(
    folder: Path, sheets: Iterable[MemberSheet], public: Path, safe_name: Callable[[str], str]
) -> None:
    """Write `<member>-fiche.html` in `folder`. `public` is the folder of the reader whom anybody may be."""
    published = Figures.load(public)
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in sheets:
        path = folder / f"{safe_name(sheet.member_id)}{SUFFIX}"
        path.write_text(render(sheet, published), encoding="utf-8")


def render(sheet: MemberSheet, published: Figures) -> str:
    """The page as HTML text. `published` are figures that the public may read."""
    styles = [html.asset("base.css")]
    built = [_own(sheet), _against(sheet, published), _sent(sheet), _missing(sheet), _shown(sheet)]
    return html.page(
        "member_sheet.html.j2",
        sheet=sheet,
        quarter_label=Quarter.parse(sheet.quarter).label_fr,
        as_of=french.day(sheet.as_of),
        sections=[html.section(one) for one in built],
        styles=styles,
        policy=html.policy(styles, []),
    )


def _series(sheet: MemberSheet, indicator_id: str) -> dict[str, OwnFigure]:
    return {
        f.period: f for f in sheet.figures if f.indicator_id == indicator_id and f.period <= sheet.quarter
    }


def _indicators(sheet: MemberSheet) -> list[str]:
    """The indicators that have a value for the member, in the order of the catalogue."""
    known = {f.indicator_id for f in sheet.figures if f.value is not None}
    return [one for one in catalogue.load() if one in known]


def _text(figure: OwnFigure | None) -> str:
    return french.quantity(figure.value, figure.unit) if figure is not None else french.MISSING


def _own(sheet: MemberSheet) -> Section:
    ids = _indicators(sheet)
    if not ids:
        return Section(
            "chiffres", "Vos chiffres", [Text(["Aucun chiffre ne peut encore être calculé pour vous."])]
        )
    quarters = sorted({f.period for f in sheet.figures if f.period <= sheet.quarter})[-_QUARTERS:]
    rows = [[indicator_name(i), *(_text(_series(sheet, i).get(q)) for q in quarters)] for i in ids]
    columns = ("Indicateur", *(french.short_period(q) for q in quarters))
    drawn = [i for i in _DRAWN if sum(f.value is not None for f in _series(sheet, i).values()) > 1]
    table = Table("Vos chiffres, trimestre par trimestre", columns, rows, frozenset(range(1, len(columns))))
    return Section("chiffres", "Vos chiffres", [*(_trend(sheet, i) for i in drawn), table])


def _trend(sheet: MemberSheet, indicator_id: str) -> Chart:
    found = sorted(_series(sheet, indicator_id).values(), key=lambda f: f.period)
    title = f"{indicator_name(indicator_id)} : vous, par trimestre"
    points = [Point(french.short_period(f.period), scaled(f.value, f.unit), _text(f)) for f in found]
    rows = [[p.label, p.text] for p in reversed(points)]
    description = "Une interruption de la courbe est un trimestre sans réponse."
    table = Table(title, ("Trimestre", "Vous"), rows, frozenset({1}))
    return Chart(title, description, charts.trend(title, description, points), table)


def _against(sheet: MemberSheet, published: Figures) -> Section:
    """Own value and change beside the published total and changes; never beside another member's."""
    rows = []
    for indicator_id in _indicators(sheet):
        own = _series(sheet, indicator_id)
        now, earlier = own.get(sheet.quarter), own.get(str(Quarter.parse(sheet.quarter).shift(-4)))
        total = published.get(indicator_id, sheet.quarter)
        changes = [
            f"{indicator_name(i)} : {f.text}"
            for i in _PUBLISHED_CHANGE.get(indicator_id, ())
            if (f := published.get(i, sheet.quarter)) is not None and f.value is not None
        ]
        together = total.text if total is not None and total.value is not None else "non publié"
        rows.append(
            [
                indicator_name(indicator_id),
                _text(now),
                _change(now, earlier),
                together,
                " ; ".join(changes) or "–",
            ]
        )
    columns = ("Indicateur", "Vous", "Votre évolution sur un an", "Ensemble publié", "Évolution publiée")
    note = Note(
        "« Ensemble publié » et « Évolution publiée » sont ce que tout le monde peut lire. Aucun chiffre d'un autre membre n'est ici."
    )
    table = Table("Vous et ce qui est publié", columns, rows, frozenset({1, 2, 3}))
    return Section("reperes", "Où vous vous situez", [table, note])


def _change(now: OwnFigure | None, earlier: OwnFigure | None) -> str:
    if now is None or earlier is None or now.value is None or earlier.value is None:
        return french.MISSING
    if now.unit == "eur" and earlier.value > 0:
        return french.signed(now.value / earlier.value - 1, "share")
    return french.difference(now.value, earlier.value, now.unit)


def _sent(sheet: MemberSheet) -> Section:
    rows = [
        [
            one.file,
            _kind(one.kind),
            *(
                french.number(Decimal(n))
                for n in (one.rows_read_count, one.rows_accepted_count, one.rows_refused_count)
            ),
        ]
        for one in sheet.sent
    ]
    if not rows:
        return Section(
            "recu", "Ce que vous avez envoyé", [Text(["Rien n'a été reçu de vous pour ce trimestre."])]
        )
    columns = ("Fichier", "Contenu", "Lignes lues", "acceptées", "refusées")
    blocks: list[Block] = [Table("Fichiers reçus pour ce trimestre", columns, rows, frozenset({2, 3, 4}))]
    if any(one.rows_refused_count for one in sheet.sent):
        blocks.append(
            Note("Les lignes refusées sont expliquées dans le retour qui accompagne cette fiche.", "warning")
        )
    return Section("recu", "Ce que vous avez envoyé", blocks)


def _kind(kind: str) -> str:
    known = tables.DECLARATIONS.get(kind)
    return known.label_fr if known else kind


def _missing(sheet: MemberSheet) -> Section:
    if not sheet.missing:
        return Section(
            "manque",
            "Ce qui manque",
            [Text(["Rien : merci. Vos réponses comptent dans chaque total publié."])],
        )
    told = french.listing([_kind(kind) for kind in sheet.missing])
    why = "Sans réponse, vous n'êtes compté pour rien : ni zéro, ni votre valeur d'avant. Un onglet vide est une réponse."
    return Section("manque", "Ce qui manque", [Note(f"Il manque : {told}.", "warning"), Text([why])])


def _shown(sheet: MemberSheet) -> Section:
    """What will be shown about the member, and to whom."""
    rows = [["Vos propres chiffres et votre nom", "l'équipe d'évaluation (édition interne), et vous"]]
    for one in sheet.agreements:
        what = "Tous vos chiffres" if one.scope == "*" else indicator_name(one.scope)
        until = f", jusqu'au {french.day(one.valid_to)}" if one.valid_to else ""
        rows.append([what, f"« {one.reader} », parce que vous l'avez accepté{until}"])
    rows.append(
        [
            "Des totaux où vous êtes au moins trois, sans qu'aucun n'en fasse l'essentiel",
            "comité de pilotage, financeurs, public",
        ]
    )
    return Section(
        "montre", "Ce qui sera montré de vous, et à qui", [Table("Qui voit quoi", ("Quoi", "Qui"), rows)]
    )
