"""`periscope docs`: the data dictionary as one offline page, searched as one types."""

from __future__ import annotations

from pathlib import Path

from periscope import catalogue, dictionary
from periscope.workspace import Workspace
from reports import html
from reports.document import Section, Table

_INDICATORS = ("Indicateur", "Identifiant", "Définition", "Formule", "Unité", "Secret")


def write(workspace: Workspace) -> Path:
    """Write the page in the workspace and return its path."""
    page = render(dictionary.entries(workspace.database))
    workspace.dictionary.write_text(page, encoding="utf-8")
    return workspace.dictionary


def render(entries: list[dictionary.Entry]) -> str:
    """The page as HTML text."""
    styles = [html.asset("base.css"), html.asset("dictionary.css")]
    script = html.asset("dictionary.js")
    grouped = [
        (title, [_table(entry) for entry in entries if entry.group == group])
        for group, title in dictionary.GROUPS.items()
    ]
    return html.page(
        "dictionary.html.j2",
        indicators=html.blocks(_indicators()),
        groups=[(title, found) for title, found in grouped if found],
        styles=styles,
        script=script,
        policy=html.policy(styles, [script]),
    )


def _indicators() -> Section:
    rows = [
        [
            one.name_fr,
            one.indicator_id,
            one.definition_fr,
            one.formula_fr,
            catalogue.UNITS[one.unit],
            catalogue.SECRECY[one.secrecy],
        ]
        for one in dictionary.indicators()
    ]
    return Section("indicateurs", "Indicateurs", [Table("Indicateurs du catalogue", _INDICATORS, rows)])


def _table(entry: dictionary.Entry) -> tuple[str, str, str]:
    """Name, description and HTML of the columns of one table."""
    rows = [[column.name, column.type, column.description] for column in entry.columns]
    columns = Table(f"Colonnes de {entry.name}", ("Colonne", "Type", "Description"), rows)
    return entry.name, entry.description, html.blocks(Section("", "", [columns])) if rows else ""
