"""A proof as text for the terminal, and as one offline HTML sheet for the house (every text escaped, nothing runs)."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from periscope import catalogue, errors
from periscope.proof import Proof, Row, shown
from periscope.workspace import Workspace

#: lines shown in the terminal; the sheet and sources.csv have them all
_MOST_LINES = 200
_KINDS_FR = {"late_data": "donnée tardive", "error": "erreur", "method": "méthode", "perimeter": "périmètre"}
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{border-bottom:1px solid #767676;"
    "padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{overflow-wrap:normal}.wide{overflow-x:auto}td.n{text-align:right;font-variant-numeric:tabular-nums}.no{color:#b00020;font-weight:bold}"
)
_SHEET = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{{ style_hash }}'">
<meta name="viewport" content="width=device-width"><title>Preuve de {{ figure.figure_id }}</title>
<style>{{ style }}</style></head><body><main>
<h1>{{ indicator.name_fr }} : {{ told_value }}</h1>
<p><strong>Édition interne : cette fiche nomme des fichiers et des membres, ne la transmettez pas.</strong></p>
{% if is_fictitious %}<p>Données fictives.</p>{% endif %}
<p>{% for name, text in facts %}<strong>{{ name }}</strong> : {{ text }}<br>{% endfor %}</p>
{% for table in tables %}<h2>{{ table.title }}</h2>
{% if table.rows %}<div class="wide" tabindex="0" role="region" aria-label="{{ table.title }}"><table><thead><tr>{% for one in table.columns %}<th scope="col">{{ one }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in table.rows %}<tr>{% for one in row %}<td{% if loop.index0 in table.numeric %} class="n"{% endif %}>{{ one }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table></div>{% else %}<p>{{ table.none }}</p>{% endif %}
{% endfor %}</main></body></html>
"""


def _facts(proof: Proof) -> list[tuple[str, str]]:
    figure, indicator = proof.figure, proof.indicator
    cell = ", ".join(
        (
            figure["period"],
            catalogue.PERIMETERS[figure["perimeter"]],
            catalogue.DIMENSIONS[figure["dimension"]],
            *([] if figure["dimension"] == "all" else [figure["item"]]),
        )
    )
    facts = [
        ("Chiffre", f"{figure['figure_id']} ({cell})"),
        (f"Définition (version {figure['indicator_version']})", indicator.definition_fr),
        ("Formule", indicator.formula_fr),
        ("Avec les nombres", proof.formula),
        ("Statut", f"{catalogue.STATUSES[figure['status']]} {figure['reason'] or ''}".rstrip()),
    ]
    if figure["numerator"] is not None or figure["denominator"] is not None:
        facts.append(("Comptes", f"{shown(figure['numerator'])} / {shown(figure['denominator'])}"))
    return [
        *facts,
        ("Couverture", _coverage(figure)),
        ("Contributeurs", shown(figure["contributors"])),
        ("Échelon de preuve", catalogue.RUNGS[figure["rung"]]),
    ]


def _coverage(figure: Row) -> str:
    """`3 sur 4 attendus (75 %)`; a figure that asks nobody has none."""
    share, expected = figure["coverage"], figure["expected"]
    if share is None or expected is None:
        return "sans objet"
    return f"{round(share * expected)} sur {expected} attendus ({share * 100:.0f}\u202f%)"


def _told(source: Row) -> str:
    return " / ".join(shown(source[key]) for key in ("contribution", "weight") if source[key] is not None)


def _summed(proof: Proof) -> Counter[tuple[str, int]]:
    return Counter((entry["cited_file"], entry["cited_row"]) for entry in proof.entries)


def _line(source: Row, summed: Counter[tuple[str, int]]) -> str:
    """`ligne 59`, or `écritures du trimestre (12), dès la ligne 59` where a source sums the entries of a quarter."""
    count = summed[source["source_file"], source["row"]]
    if not count:
        return f"ligne {source['row']}"
    return f"écritures du trimestre ({count}), dès la ligne {source['row']}"


def _restated(row: Row) -> str:
    by = f", accepté par {row['approved_by']} le {row['approved_on']}" if row["approved_by"] else ""
    part = "" if row["part"] is None else f" (pour {shown(row['part'])})"
    return f"{shown(row['old_value'])} → {shown(row['new_value'])} : {_KINDS_FR[row['kind']]}{part}, {row['cause']}{by}"


def _corrected(entry: Row) -> str:
    return (
        f"{entry['source_file']}, ligne {entry['row']}, {entry['column']} : « {entry['old_value']} » → "
        f"« {entry['new_value']} » ({entry['reason']})"
    )


def as_text(proof: Proof) -> str:
    """French lines for the terminal."""
    summed = _summed(proof)
    lines = [f"{proof.figure['figure_id']} · {proof.indicator.name_fr} : {proof.told_value}"]
    lines += [f"{name} : {text}" for name, text in _facts(proof)]
    lines += [f"Contrôle : {told} {'Tenu' if held else 'NON TENU'}." for told, held in proof.checks]
    lines.append(f"Lignes ({len(proof.sources)})")
    for source in proof.sources[:_MOST_LINES]:
        sheet = f" [{source['sheet']}]" if source["sheet"] else ""
        digest = f" · {source['file_id'][:12]}" if source["file_id"] else ""
        where = f"{source['source_file']}{sheet}, {_line(source, summed)}"
        lines.append(f"  {where} · {source['entity_id']} : {_told(source)}{digest}")
    if len(proof.sources) > _MOST_LINES:
        lines.append(f"  … et {len(proof.sources) - _MOST_LINES} autres dans la fiche.")
    lines += [f"Correction : {_corrected(entry)}" for entry in proof.corrections]
    lines += [f"Révision : {_restated(row)}" for row in proof.restatements]
    if len(proof.editions) > 1:
        lines.append("Publié : " + ", ".join(f"{value} ({where})" for where, value, _ in proof.editions))
    lines += [f"Remis à : {told}" for told in proof.delivered]
    return "\n".join(map(errors.shown, lines))


def _tables(proof: Proof) -> list[Row]:
    def table(title: str, columns: str, rows: list[list[str]], none: str, *numeric: int) -> Row:
        return {"title": title, "columns": columns.split(";"), "rows": rows, "none": none, "numeric": numeric}

    summed = _summed(proof)
    lines = [
        [
            s["source_file"] or "", s["sheet"] or "",
            _line(s, summed) if (s["source_file"], s["row"]) in summed else str(s["row"] or ""), s["entity_id"] or "",
            shown(s["contribution"]), "" if s["weight"] is None else shown(s["weight"]), (s["file_id"] or "")[:12],
        ]
        for s in proof.sources
    ]  # fmt: skip
    checks = [[told, "tenu" if held else "NON TENU"] for told, held in proof.checks]
    return [
        table("Contrôles refaits pour cette fiche", "Contrôle;Résultat", checks, "Aucun."),
        table(
            f"Lignes qui composent ce chiffre ({len(lines)})",
            "Fichier;Feuille;Ligne;Entité;Contribution;Poids;Empreinte",
            lines,
            "Aucune ligne.",
            2, 4, 5,
        ),
        *([] if not proof.entries else [
            table(
                f"Écritures comptables réunies par trimestre ({len(proof.entries)})",
                "Trimestre;Fichier;Ligne;Montant",
                [[e["quarter"], e["source_file"], str(e["row"]), shown(e["amount"])] for e in proof.entries],
                "",
                2, 3,
            )
        ]),
        table("Corrections", "Correction", [[_corrected(e)] for e in proof.corrections], "Aucune."),
        table("Révisions", "Révision", [[_restated(r)] for r in proof.restatements], "Aucune."),
        table(
            "Ce que chaque édition en a dit",
            "Édition;Valeur;Statut",
            [[where, value, catalogue.STATUSES[status]] for where, value, status in proof.editions],
            "",
            1,
        ),
        table("Remis à", "Lecteur", [[one] for one in proof.delivered], "Personne encore."),
    ]  # fmt: skip


def write(workspace: Workspace, proof: Proof) -> Path:
    """Write warehouse/explain/<figure_id>.html, readable by its owner only; returns its path."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    page = environment.from_string(_SHEET).render(
        figure=proof.figure,
        indicator=proof.indicator,
        is_fictitious=workspace.settings.is_fictitious,
        facts=_facts(proof),
        tables=_tables(proof),
        told_value=proof.told_value,
        style=Markup(_STYLE),
        style_hash=digest,
    )
    path = workspace.warehouse / "explain" / f"{proof.figure['figure_id']}.html"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(page, encoding="utf-8")
    path.chmod(0o600)
    return path
