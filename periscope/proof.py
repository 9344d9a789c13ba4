"""The proof of one figure, for the terminal: definition, value, the lines that make it, restatements to come."""

from __future__ import annotations

from typing import Any

from periscope import catalogue, warehouse
from periscope.errors import UsageError
from periscope.workspace import Run

#: lines shown in the terminal; sources.csv of the internal edition has them all
_MOST_LINES = 200


def _rows(connection: warehouse.Connection, sql: str, *parameters: Any) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def explain(run: Run, figure_id: str) -> str:
    """French text. Raises UsageError for an unknown id."""
    if not run.workspace.database.exists():
        raise UsageError("Rien n'est encore publié : lancez « periscope run ».")
    with warehouse.connect(run.workspace.database, read_only=True) as connection:
        warehouse.attach(connection, run.workspace.raw_database)
        figures = _rows(connection, "select * from marts.fct_figures where figure_id = ?", figure_id)
        if not figures:
            raise UsageError(
                f"Aucun chiffre ne porte l'identifiant « {figure_id} ». Les identifiants sont dans figures.csv."
            )
        sources = _rows(
            connection,
            """
            select s.source_file, s.sheet, s.row, s.entity_id, s.contribution, s.weight, f.file_id
            from marts.fct_figure_sources as s
            left join raw.record.files as f on s.source_file = f.source_file and f.status <> 'already_received'
            where s.figure_id = ? order by all
            """,
            figure_id,
        )
        corrections = _rows(
            connection,
            'select source_file, "row", "column", old_value, new_value, reason from raw.register.corrections order by all',
        )
    figure = figures[0]
    indicator = catalogue.load()[figure["indicator_id"]]
    cell = ", ".join(str(figure[key]) for key in ("period", "perimeter", "dimension", "item"))
    lines = [
        f"{figure_id} · {indicator.name_fr} ({cell})",
        f"Définition (version {figure['indicator_version']}) : {indicator.definition_fr}",
        f"Formule : {indicator.formula_fr}",
        f"Valeur : {_shown(figure['value'])} {figure['unit']} ({figure['status']}) {figure['reason']}".rstrip(),
    ]
    if figure["numerator"] is not None or figure["denominator"] is not None:
        lines.append(f"Comptes : {_shown(figure['numerator'])} / {_shown(figure['denominator'])}")
    lines.append(
        f"Couverture : {_shown(figure['coverage'])} sur {figure['expected']} attendus ; "
        f"contributeurs : {figure['contributors']} ; échelon de preuve : {figure['rung']}"
    )
    if indicator.is_additive and figure["value"] is not None:
        total = sum((s["contribution"] or 0 for s in sources), start=0)
        lines.append(f"Contrôle : la somme des {len(sources)} lignes fait {_shown(total)}.")
    lines.append(f"Lignes ({len(sources)})")
    for source in sources[:_MOST_LINES]:
        sheet = f" [{source['sheet']}]" if source["sheet"] else ""
        told = " / ".join(
            _shown(source[key]) for key in ("contribution", "weight") if source[key] is not None
        )
        digest = f" · {source['file_id'][:12]}" if source["file_id"] else ""
        lines.append(
            f"  {source['source_file']}{sheet}, ligne {source['row']} · {source['entity_id']} : {told}{digest}"
        )
    if len(sources) > _MOST_LINES:
        lines.append(f"  … et {len(sources) - _MOST_LINES} autres dans sources.csv de l'édition interne.")
    files = {source["source_file"] for source in sources}
    applied = [
        c
        for c in corrections
        if c["source_file"] in files or any(f.endswith("/" + c["source_file"]) for f in files)
    ]
    lines += [
        f"Correction : {c['source_file']}, ligne {c['row']}, {c['column']} : « {c['old_value']} » → « {c['new_value']} » ({c['reason']})"
        for c in applied
    ]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    return (
        "n.d."
        if value is None
        else f"{value:f}".rstrip("0").rstrip(".")
        if "." in f"{value:f}"
        else f"{value:f}"
    )
