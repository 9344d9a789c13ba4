"""The rows behind a figure that a reader outside the house may have: a number and a pseudonym, nothing else.

A sum has its rows where they say no more than the figure does: no secrecy covers it (rooms, grants, projects); or it
counts, and each row is 1; or every enterprise in it agreed, with one row each. Rates have their two counts instead.
A pseudonym is another one in each figure, so that nobody's rows are followed from one figure to the next.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from periscope.warehouse import Connection
from periscope.workspace import Run
from protection.gate_tables import write_table
from protection.primary import Figure, by_siren

_TYPES = {"figure_id": "varchar", "row_id": "varchar", "contribution": "decimal(24, 6)"}
Row = tuple[str, str, Decimal]


def write(connection: Connection, run: Run, scope: list[Figure], agreed: dict[str, set[str]]) -> None:
    """Write protection.open_rows, for all readers, and protection.agreed_rows, for one; after the masks.

    `agreed` has the hidden figures that each reader sees by agreement of the members.
    """
    key = run.workspace.key
    write_table(connection, "open_rows", _TYPES, _open(connection, key))
    told = [
        (reader, figure.figure_id, _pseudonym(key, figure.figure_id, siren), amount)
        for reader, ids in sorted(agreed.items())
        for figure in scope
        if figure.figure_id in ids and figure.is_additive
        for siren, amount in by_siren(figure.parts.get("value", {})).items()
    ]
    write_table(connection, "agreed_rows", {"reader": "varchar"} | _TYPES, told)


def _open(connection: Connection, key: bytes) -> Iterable[Row]:
    found = connection.execute(
        """
        select s.figure_id, s.source_file, s.sheet, s.row, s.contribution
        from marts.fct_figure_sources as s
        inner join marts.fct_figures as f on s.figure_id = f.figure_id
        inner join seeds.indicators as i on f.indicator_id = i.indicator_id
        inner join (
            select figure_id from protection.reader_figures
            where reader = 'public' and section = 'current' and value is not null
        ) as told on s.figure_id = told.figure_id
        where
            i.is_additive
            and s.contribution is not null
            and s.figure_id not in (select figure_id from protection.masks)
            and (i.secrecy = 'exempt' or (i.secrecy = 'person' and i.unit = 'count'))
        qualify
            i.secrecy = 'exempt'
            or (
                min(s.contribution) over (partition by s.figure_id) = 1
                and max(s.contribution) over (partition by s.figure_id) = 1
            )
        order by all
        """
    ).fetchall()
    seen: Counter[tuple[object, ...]] = Counter()
    for figure_id, *place, contribution in found:
        seen[figure_id, *place] += 1
        yield figure_id, _pseudonym(key, figure_id, *place, seen[figure_id, *place]), contribution


def _pseudonym(key: bytes, *told: object) -> str:
    return hmac.new(key, "\x1f".join(map(str, told)).encode(), hashlib.sha256).hexdigest()[:16]
