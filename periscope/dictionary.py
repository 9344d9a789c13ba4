"""The data dictionary: every table and column of the house with its description, from where each is written.

Files and register: periscope.tables. Record and FEC: periscope.warehouse. Models: the yml beside their SQL.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from periscope import catalogue, tables, warehouse

MODELS = Path(__file__).resolve().parents[1] / "models"


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Entry:
    """One table; `group` is where it stands in the house."""

    group: str
    name: str
    description: str
    columns: tuple[Column, ...]


GROUPS = {
    "marts": "Tables des analystes (marts)",
    "criteria": "Critères (un modèle par indicateur)",
    "intermediate": "Modèles intermédiaires",
    "network": "Réseau de pôles (quand il y en a plusieurs)",
    "staging": "Lecture des fichiers (staging)",
    "register": "Registre, tenu par l'évaluateur",
    "declarations": "Déclarations des membres",
    "raw": "Autres tables reçues",
}


def entries(database: Path | None) -> list[Entry]:
    """The whole dictionary; `database`, when built, gives the columns that no yml lists."""
    built = _built_columns(database) if database is not None and database.exists() else {}
    found = [*_models(built), *_received()]
    order = list(GROUPS)
    return sorted(found, key=lambda entry: (order.index(entry.group), entry.name))


def indicators() -> list[catalogue.Indicator]:
    return list(catalogue.load().values())


def _built_columns(database: Path) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    with warehouse.connect(database, read_only=True) as connection:
        for table, column, kind in connection.execute(
            "select table_name, column_name, data_type from information_schema.columns order by ordinal_position"
        ).fetchall():
            found.setdefault(table, []).append(Column(column, kind, ""))
    return found


def _models(built: dict[str, list[Column]]) -> list[Entry]:
    found = []
    for path in sorted(MODELS.rglob("*.yml")):
        for model in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("models", []):
            written = [_column(column) for column in model.get("columns", [])]
            told = {column.name: column for column in written}
            columns = [
                Column(c.name, c.type, told[c.name].description if c.name in told else "")
                for c in built.get(model["name"], written)
            ]
            description = " ".join(str(model.get("description", "")).split())
            found.append(Entry(_group(path, model["name"]), model["name"], description, tuple(columns)))
    told_names = {entry.name for entry in found}
    for path in sorted(MODELS.rglob("*.sql")):
        if path.stem not in told_names:
            known = tuple(built.get(path.stem, ()))
            found.append(Entry(_group(path, path.stem), path.stem, _opening_comment(path), known))
    return found


def _opening_comment(path: Path) -> str:
    """What a model without yml says of itself: its first lines of comment."""
    lines = itertools.takewhile(
        lambda line: line.startswith("--"), path.read_text(encoding="utf-8").splitlines()
    )
    return " ".join(line.removeprefix("--").strip() for line in lines)


def _column(column: dict[str, Any]) -> Column:
    return Column(column["name"], str(column.get("data_type", "")), str(column.get("description", "")))


def _group(path: Path, name: str) -> str:
    return "criteria" if name.startswith("crit_") else path.relative_to(MODELS).parts[0]


def _received() -> list[Entry]:
    found = []
    for name, types in warehouse.raw_tables().items():
        schema, table = name.split(".")
        known = {"declarations": tables.DECLARATIONS, "register": tables.REGISTER}.get(schema, {}).get(table)
        told = {c.name: c for c in known.columns} if known else {}
        columns = tuple(Column(column, kind, _told(told.get(column))) for column, kind in types.items())
        group = schema if schema in GROUPS else "raw"
        found.append(Entry(group, name, known.label_fr if known else "", columns))
    return found


def _told(column: tables.Column | None) -> str:
    """The French label, the help, and the choices of a column."""
    if column is None:
        return ""
    choices = f"Valeurs : {', '.join(column.choices)}." if column.choices else ""
    return " ".join(part for part in (f"{column.label_fr}.", column.help_fr, choices) if part)
