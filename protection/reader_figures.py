"""The figures of every reader, the hidden ones without their numbers; and the causes, for the house only."""

from __future__ import annotations

from typing import NamedTuple

from periscope.catalogue import FIGURE_COLUMNS
from periscope.warehouse import Connection
from protection.gate_tables import write_table

#: The same words whatever the cause: the cause itself would tell that a count is small or that one member dominates.
REASON_SUPPRESSED = "Secret statistique : ce chiffre n'est pas publié."
_SECRET = ("value", "numerator", "denominator", "contributors")


class Told(NamedTuple):
    """One figure for one reader: its status where it is shown, else the reason that stands in its place."""

    reader: str
    section: str
    figure_id: str
    status: str
    is_shown: bool
    reason: str


def write(connection: Connection, causes: dict[str, str], told: list[Told]) -> None:
    """Write protection.masks (figure_id -> cause) and protection.reader_figures."""
    write_table(connection, "masks", {"figure_id": "varchar", "cause": "varchar"}, sorted(causes.items()))
    types = dict.fromkeys(Told._fields, "varchar") | {"is_shown": "boolean"}
    write_table(connection, "told", types, told)
    connection.execute(
        f"""
        create or replace table protection.reader_figures as
        select told.reader, told.section, {", ".join(map(_masked, FIGURE_COLUMNS))}
        from protection.told as told
        inner join marts.fct_figures as f on told.figure_id = f.figure_id
        order by told.reader, told.section, f.indicator_id, f.period, f.perimeter, f.dimension, f.item
        """
    )
    connection.execute("drop table protection.told")


def _masked(name: str) -> str:
    if name in _SECRET:
        return f"case when told.is_shown then f.{name} end as {name}"
    if name == "status":
        return "case when told.is_shown then told.status else 'suppressed' end as status"
    if name == "reason":
        return "case when told.is_shown then f.reason else told.reason end as reason"
    return f"f.{name}"
