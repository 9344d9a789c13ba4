"""The promise of the network build: each pole has in it the figures of its own build, sources included."""

from __future__ import annotations

from pathlib import Path

from periscope import warehouse
from periscope.warehouse import Connection, quote

_KEYS = ("indicator_id", "period", "dimension")
_NUMBERS = ("value", "numerator", "denominator", "contributors", "expected_count", "answered_count", "reason")


def differences(network: Path, pole_id: str, own: Path) -> list[str]:
    """French sentences, one per criterion in which the figures of a pole differ between the two builds; none if equal."""
    found = []
    with warehouse.connect(network, read_only=True, reach=[own]) as connection:
        warehouse.attach(connection, own, "own")
        for name in criteria(connection):
            ours = _told(f"criteria.{quote(name)}", f"{pole_id}/")
            theirs = _told(f"own.criteria.{quote(name)}", "")
            row = connection.execute(
                f"select count(*) from (({ours} except all {theirs}) union all ({theirs} except all {ours}))"
            ).fetchone()
            if row and row[0]:
                found.append(f"{pole_id} : {name}, {row[0]} lignes diffèrent de sa propre construction.")
    return found


def criteria(connection: Connection) -> list[str]:
    """The criteria of the warehouse that is open."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'criteria' "
        "and database_name = current_database() order by 1"
    ).fetchall()
    return [name for (name,) in rows]


def _told(table: str, qualifier: str) -> str:
    """The figures of a pole without its qualifier, their sources in one order."""
    literal = "'" + qualifier + "'"

    def bare(text: str) -> str:
        return f"case when starts_with({text}, {literal}) then substr({text}, {len(qualifier) + 1}) else {text} end"

    source = (
        f"struct_pack(source_ref := {bare('s.source_ref')}, row_number := s.row_number, "
        f"entity_id := {bare('s.entity_id')}, siren := {bare('s.siren')}, contribution := s.contribution, "
        "weight := s.weight)"
    )
    return (
        f"select {', '.join(_KEYS)}, {bare('perimeter')} as perimeter, {bare('item')} as item, {', '.join(_NUMBERS)}, "
        f"list_sort(list_transform(sources, lambda s: {source})) as sources from {table} "
        f"where starts_with(perimeter, {literal})"
    )
