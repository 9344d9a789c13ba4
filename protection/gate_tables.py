"""Tables of schema `protection`, internal, that the release gate attacks and the registry keeps.

unknowns  unknown, measure, period, owner, amount, lowest
facts     kind ('enterprise' or 'person'), figure_id, part, unknown, coefficient, below, above (of a band, else 0)
terms     figure_id, part, measure, period, entity, siren, amount, coefficient: what a delivery adds to the registry
targets   kind, target, unknown, coefficient, above, below: widths to keep on each side of the true value
derived   figure_id, parent_id: figures that are no sum, and those they are computed from
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from periscope.linear_system import Target
from periscope.warehouse import Connection, insert, quote
from protection import relations as rel
from protection.primary import Figure


def write_table(
    connection: Connection, name: str, columns: dict[str, str], rows: Iterable[Sequence[object]]
) -> None:
    """Create or replace protection.<name>; `columns` maps a name to its DuckDB type."""
    connection.execute("create schema if not exists protection")
    body = ", ".join(f"{quote(column)} {sql_type}" for column, sql_type in columns.items())
    connection.execute(f"create or replace table protection.{quote(name)} ({body})")
    insert(connection, f"protection.{quote(name)}", columns, rows)


def write_terms(connection: Connection, figures: list[Figure], amounts: rel.Amounts) -> None:
    """What each figure about enterprises tells, amount by amount."""
    columns = dict.fromkeys(
        ["figure_id", "part", "measure", "period", "entity", "siren", "amount"], "varchar"
    )
    rows = [
        (figure.figure_id, part, *atom[:4], str(atom[4]), coefficient)
        for figure in figures
        for part, terms in rel.enterprise_terms(figure, amounts).items()
        for atom, coefficient in terms
    ]
    write_table(connection, "terms", columns | {"coefficient": "double"}, rows)


def write(
    connection: Connection,
    systems: list[tuple[str, rel.Relations, list[Target]]],
    parents: list[tuple[str, str]],
) -> None:
    """The systems that the masks were decided on, by kind, and what is derived from what."""
    unknowns: list[tuple[object, ...]] = []
    facts: list[tuple[object, ...]] = []
    targets: list[tuple[object, ...]] = []
    for kind, relations, wanted in systems:
        known = relations.unknowns
        for (measure, period, *_), index in relations.atoms.items():
            amounts = known.values[index], known.lowest[index]
            unknowns.append((kind, index, measure, period, known.owners[index], *amounts))
        for fact in relations.facts:
            told = fact.below, fact.above
            facts += [(kind, fact.figure, fact.part, index, c, *told) for index, c in fact.terms.items()]
        for target in wanted:
            targets += [
                (kind, target.name, i, c, target.above, target.below) for i, c in target.terms.items()
            ]
    number = {"unknown": "integer", "coefficient": "double", "above": "double", "below": "double"}
    number |= {"amount": "double", "lowest": "double"}
    for name, header, rows in (
        ("unknowns", "kind unknown measure period owner amount lowest", unknowns),
        ("facts", "kind figure_id part unknown coefficient below above", facts),
        ("targets", "kind target unknown coefficient above below", targets),
        ("derived", "figure_id parent_id", [tuple(pair) for pair in parents]),
    ):
        write_table(connection, name, {key: number.get(key, "varchar") for key in header.split()}, rows)
