"""Bind every figure to its sources: ids, units, statuses, and the sums that must hold.

Reads the tables of schema `criteria` (and `impact.estimates`) of the candidate warehouse; writes
`marts.fct_figures` and `marts.fct_figure_sources`, all periods, unmasked. Nothing of them may leave the house:
readers receive what `protection.masks` writes.
"""

from __future__ import annotations

from periscope.errors import GateError
from periscope.warehouse import Connection, quote

#: What every model of a criterion gives (macros/figures.sql).
INTERFACE = (
    "indicator_id",
    "period",
    "perimeter",
    "dimension",
    "item",
    "value",
    "numerator",
    "denominator",
    "contributors",
    "expected_count",
    "answered_count",
    "reason",
    "sources",
)
#: Decimals that a unit is published with.
DECIMALS = {"eur": 2, "share": 6, "fte": 3, "hours": 4, "count": 0, "number": 4}
#: An additive figure equals the sum of its contributions: exactly, or to the rounding of the figure.
_TOLERANCE = {"eur": "0", "count": "0", "fte": "0.0005", "hours": "0.00005"}


def bind(connection: Connection) -> None:
    """Write marts.fct_figures and marts.fct_figure_sources.

    `connection` is the candidate warehouse, writable, with the raw warehouse attached as `raw`.
    Raises GateError that names the model or figure at fault: unknown indicator, two figures for one key, a source
    that leads to no file, a figure that is not the sum of its contributions.
    """
    connection.execute("create schema if not exists marts")
    _gather(connection)
    _check_catalogue(connection)
    _check_versions(connection)
    connection.execute(FIGURES)
    bind_sources(connection)
    connection.execute("drop table gathered; drop view models")


def bind_sources(connection: Connection) -> None:
    """The rows of every figure, and the sums that must hold."""
    connection.execute(_SOURCES)
    _check_sources(connection)
    _check_sums(connection)


def _gather(connection: Connection) -> None:
    """A temporary view `models` of all models, after checking that each has the interface; and a temporary table
    `gathered` of the same without their sources, which are most of the bytes and are read once, when they are bound."""
    selects = []
    for schema, name, has in connection.execute(
        "select schema_name, table_name, list(column_name) from duckdb_columns() "
        "where database_name = current_database() and (schema_name = 'criteria' and table_name like 'crit\\_%' escape '\\' "
        "or schema_name = 'impact' and table_name = 'estimates') group by all order by all"
    ).fetchall():
        missing = [column for column in INTERFACE if column not in has]
        if missing:
            raise GateError(f"Le modèle {schema}.{name} ne donne pas {', '.join(missing)} : complétez-le.")
        selects.append(f"select {', '.join(INTERFACE)}, '{name}' as model from {schema}.{quote(name)}")
    if not selects:
        raise GateError("Aucun critère n'est calculé : lancez « periscope build » avant de publier.")
    connection.execute("create or replace temporary view models as " + "\nunion all\n".join(selects))
    connection.execute("create or replace temporary table gathered as select * exclude (sources) from models")


def _check_catalogue(connection: Connection) -> None:
    stray = connection.execute(
        """
        select g.model, g.indicator_id, g.perimeter, g.dimension
        from gathered as g
        left join seeds.indicators as i on g.indicator_id = i.indicator_id
        where i.indicator_id is null
           or not list_contains(string_split(i.perimeters, ';'), g.perimeter)
           or not list_contains(string_split(i.dimensions, ';'), g.dimension)
        order by all limit 1
        """
    ).fetchone()
    if stray:
        raise GateError(
            f"Le modèle {stray[0]} donne « {stray[1]} » ({stray[2]}, {stray[3]}), que le catalogue ne prévoit pas : "
            "ajoutez cette ligne à seeds/indicators.csv ou corrigez le modèle."
        )
    double = connection.execute(
        "select indicator_id, period, perimeter, dimension, item from gathered group by all having count(*) > 1 "
        "order by all limit 1"
    ).fetchone()
    if double:
        raise GateError(
            f"Deux chiffres pour une même case ({', '.join(map(str, double))}) : corrigez le modèle."
        )


def _check_versions(connection: Connection) -> None:
    """`x_v1` is the definition 1 of `x`, computed beside the present one. Outside the house the two together would tell
    what the change of definition weighs for one member."""
    wrong = connection.execute(
        """
        select old.indicator_id
        from seeds.indicators as old
        left join seeds.indicators as now on regexp_extract(old.indicator_id, '^(.+)_v[0-9]+$', 1) = now.indicator_id
        where
            regexp_full_match(old.indicator_id, '.+_v[0-9]+')
            and not coalesce(
                now.version > old.version
                and old.indicator_id = concat(now.indicator_id, '_v', old.version)
                and old.secrecy in ('internal', 'exempt')
                and exists (
                    select 1
                    from gathered as before
                    inner join gathered as after using (period, perimeter, dimension, item)
                    where before.indicator_id = old.indicator_id and after.indicator_id = now.indicator_id
                ),
                false
            )
        order by 1 limit 1
        """
    ).fetchone()
    if wrong:
        raise GateError(
            f"L'ancienne définition « {wrong[0]} » doit porter au catalogue le numéro de sa version, sous une définition plus "
            "récente, avec le secret « internal » ou « exempt », et être calculée pour une même période qu'elle."
        )


FIGURE_ID = (
    "'F' || substr(sha256(concat_ws('|', g.indicator_id, g.period, g.perimeter, g.dimension, g.item)), 1, 12)"
)
_ROUND = "case i.unit " + " ".join(
    f"when '{unit}' then round({{0}}, {decimals})" for unit, decimals in DECIMALS.items()
)
FIGURES = f"""
create or replace table marts.fct_figures as
select
    {FIGURE_ID} as figure_id,
    g.indicator_id,
    i.version as indicator_version,
    g.period,
    g.perimeter,
    g.dimension,
    g.item,
    cast({_ROUND.format("g.value")} end as decimal(24, 6)) as value,
    i.unit,
    cast(g.numerator as decimal(24, 6)) as numerator,
    cast(g.denominator as decimal(24, 6)) as denominator,
    g.contributors,
    g.expected_count as expected,
    cast(round(g.answered_count / nullif(g.expected_count, 0), 6) as decimal(9, 6)) as coverage,
    i.rung,
    case when g.value is null then 'not_assessable' else 'provisional' end as status,
    case
        when g.value is null
            then coalesce(nullif(g.reason, ''), 'Non évaluable avec les données reçues.')
        else coalesce(g.reason, '')
    end as reason
from gathered as g
inner join seeds.indicators as i on g.indicator_id = i.indicator_id
order by indicator_id, period, perimeter, dimension, item
"""
_SOURCES = f"""
create or replace table marts.fct_figure_sources as
with named as materialized (  -- an id for each figure, not for each of its rows
    select {FIGURE_ID} as figure_id, g.sources
    from models as g
),

listed as (
    select figure_id, unnest(sources) as s
    from named
)

select
    listed.figure_id,
    case
        when listed.s.source_ref like 'register/%' then listed.s.source_ref || '.csv'
        else slices.source_file
    end as source_file,
    slices.file_id as file_id,
    coalesce(slices.sheet, '') as sheet,
    listed.s.row_number as row,
    listed.s.entity_id as entity_id,
    listed.s.siren as siren,
    listed.s.contribution as contribution,
    listed.s.weight as weight
from listed
left join raw.record.slices as slices on listed.s.source_ref = slices.slice_id
order by figure_id
"""


def _name(connection: Connection, figure_id: str) -> str:
    row = connection.execute(
        "select indicator_id, period, perimeter, dimension, item from marts.fct_figures where figure_id = ?",
        [figure_id],
    ).fetchone()
    return f"{figure_id} ({', '.join(map(str, row or ()))})"


def _check_sources(connection: Connection) -> None:
    lost = connection.execute(
        "select figure_id from marts.fct_figure_sources where source_file is null order by 1 limit 1"
    ).fetchone()
    if lost:
        raise GateError(
            f"Le chiffre {_name(connection, lost[0])} cite une source qui ne mène à aucun fichier reçu : "
            "relancez « periscope ingest » puis « periscope build »."
        )


def _check_sums(connection: Connection) -> None:
    tolerance = "case f.unit " + " ".join(f"when '{u}' then {t}" for u, t in _TOLERANCE.items()) + " end"
    wrong = connection.execute(
        f"""
        select f.figure_id, f.value, coalesce(s.total, 0)
        from marts.fct_figures as f
        inner join seeds.indicators as i on f.indicator_id = i.indicator_id
        left join (
            select figure_id, sum(contribution) as total from marts.fct_figure_sources group by 1
        ) as s on f.figure_id = s.figure_id
        where i.is_additive and f.value is not null and not abs(f.value - coalesce(s.total, 0)) <= {tolerance}
        order by 1 limit 1
        """
    ).fetchone()
    if wrong:
        raise GateError(
            f"Le chiffre {_name(connection, wrong[0])} vaut {wrong[1]} mais ses sources font {wrong[2]} : "
            "rien n'est publié tant que les deux diffèrent."
        )
