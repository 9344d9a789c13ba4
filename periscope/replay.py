"""Run again, without dbt, what it compiled: the same program and parameters, other rows."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from periscope import warehouse
from periscope.errors import PeriscopeError
from periscope.models import BuildRequest, Statement

#: quoted name -> count and hash of the rows of a table
Content = dict[str, str]
_RELATION = re.compile(r'"\w+"\."\w+"\."\w+"')


@dataclass(frozen=True)
class Built:
    """What a build ran, in order; what the tables of the raw warehouse held then, and those of its own after it."""

    statements: list[Statement]
    raw: Content
    tables: Content


def build(request: BuildRequest, raw: Content, built: Built, start: Path) -> Content | None:
    """Bring `start`, which `built` tells of, to the rows of `request.raw`, which `raw` tells of, in `request.candidate`.

    Only what reads a table that changed is run again. Returns what the tables then hold; None when something is not as
    it was then, or when a promise is broken: dbt builds, and says what is wrong.
    """
    if not start.exists():
        return None
    if start != request.candidate:
        request.candidate.parent.mkdir(parents=True, exist_ok=True)
        warehouse.remove(request.candidate)
        shutil.copyfile(start, request.candidate)
    changed = {
        f'"raw".{name}' for name in raw.keys() | built.raw.keys() if raw.get(name) != built.raw.get(name)
    }
    try:
        with warehouse.connect(request.candidate, reach=[request.raw]) as connection:
            for name in warehouse.table_names(connection):
                if name not in built.tables:  # made by a later step
                    connection.execute(f"drop table {name}")
            warehouse.attach(connection, request.raw)
            tables = warehouse.content_of(connection)
            if tables != built.tables:
                return None
            is_kept = all(_run(connection, statement, tables, changed) for statement in built.statements)
            return tables if is_kept else None
    except (duckdb.Error, PeriscopeError):
        return None


def _run(connection: warehouse.Connection, statement: Statement, tables: Content, changed: set[str]) -> bool:
    """Run what reads something of `changed`; note what is thus changed, there and in `tables`. False when a promise is
    broken."""
    if changed.isdisjoint(_RELATION.findall(statement.sql)):
        return True
    if statement.kind == "test":
        return connection.execute(f"select count(*) from ({statement.sql})").fetchone() == (0,)
    if statement.kind == "table":
        connection.execute(f"create or replace table {statement.name} as ({statement.sql})")
        name = statement.name.partition(".")[2]
        before, tables[name] = tables[name], warehouse.rows_hash(connection, name)
        if tables[name] == before:
            return True
    changed.add(statement.name)
    return True
