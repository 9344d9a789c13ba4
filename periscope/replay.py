"""Run again, without dbt, what it compiled: the same program and parameters, other rows."""

from __future__ import annotations

from pathlib import Path

import duckdb

from periscope import warehouse
from periscope.models import BuildRequest, Statement


def build(request: BuildRequest, statements: list[Statement], database: Path, seeds: dict[str, str]) -> bool:
    """Build `request.candidate` by the `statements` of an earlier build of the same program and parameters.

    `seeds` are the tables, with the hash of each, that no statement makes: they are taken from `database`, what the
    earlier build became. False when something is not as it was then or when a promise is broken: dbt builds and says it.
    """
    if not statements or not database.exists():
        return False
    request.candidate.unlink(missing_ok=True)
    request.candidate.parent.mkdir(parents=True, exist_ok=True)
    try:
        with warehouse.connect(request.candidate) as connection:
            warehouse.attach(connection, request.raw)
            warehouse.attach(connection, database, "before")
            for name in seeds:
                _create_schema(connection, name)
                connection.execute(f"create table {name} as select * from before.{name}")
            connection.execute("detach before")
            if not all(_run(connection, statement) for statement in statements):
                return False
        there = warehouse.content(request.candidate)
    except duckdb.Error:
        return False
    return all(there[name] == told for name, told in seeds.items())


def _run(connection: warehouse.Connection, statement: Statement) -> bool:
    """False when the promise is broken."""
    if statement.kind == "test":
        return connection.execute(f"select count(*) from ({statement.sql})").fetchone() == (0,)
    _create_schema(connection, statement.name)
    connection.execute(f"create {statement.kind} {statement.name} as ({statement.sql})")
    return True


def _create_schema(connection: warehouse.Connection, name: str) -> None:
    connection.execute(f"create schema if not exists {name.rpartition('.')[0]}")
