"""For the evaluator alone: who does not see what, and how much each headline owes to its largest contributor."""

from __future__ import annotations

from typing import Any

from periscope.warehouse import Connection

Row = dict[str, Any]


def withheld(connection: Connection) -> list[Row]:
    """Every figure of the current periods hidden from some reader: why, and from whom (reader ids, sorted)."""
    return _rows(
        connection,
        """
        with outside as (
            select distinct reader from protection.reader_figures where reader <> 'internal'
        )

        select m.figure_id, f.indicator_id, f.period, f.perimeter, f.item, m.cause as reason,
            string_agg(outside.reader, ', ' order by outside.reader)
                filter (where coalesce(told.status, 'suppressed') = 'suppressed') as readers
        from protection.masks as m
        inner join marts.fct_figures as f on m.figure_id = f.figure_id
        inner join intermediate.int_periods as p on f.period = p.period
        cross join outside
        left join protection.reader_figures as told
            on m.figure_id = told.figure_id and outside.reader = told.reader
        where p.is_current
        group by all
        order by all
        """,
        readers="",
    )


def fragilities(connection: Connection) -> list[Row]:
    """Headlines about enterprises, current periods, whole perimeter: share (0..1) of the largest in absolute value."""
    return _rows(
        connection,
        """
        with told as (
            select s.figure_id, s.siren, abs(sum(s.contribution)) as amount
            from marts.fct_figure_sources as s
            where s.contribution is not null
            group by 1, 2
        )

        select f.indicator_id, f.period, f.perimeter, count(*) as contributors_count,
            cast(round(max(told.amount) / sum(told.amount), 6) as decimal(9, 6)) as largest_share
        from marts.fct_figures as f
        inner join seeds.indicators as i on f.indicator_id = i.indicator_id
        inner join intermediate.int_periods as p on f.period = p.period
        inner join told on f.figure_id = told.figure_id
        where i.is_headline and i.secrecy = 'enterprise' and f.dimension = 'all' and p.is_current
        group by 1, 2, 3
        having sum(told.amount) > 0
        order by all
        """,
    )


def _rows(connection: Connection, sql: str, **defaults: str) -> list[Row]:
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    return [row | {key: row[key] or default for key, default in defaults.items()} for row in found]
