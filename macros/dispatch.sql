{# The few places where engines differ. Every other file is plain SQL. #}

{# Ordered list of the sources of a group, of the rows of `condition` when one is given:
   struct(source_ref, row_number, entity_id, siren, contribution, weight). #}
{% macro list_sources(contribution, weight, condition=none) -%}
    {{ return(adapter.dispatch('list_sources', 'periscope')(contribution, weight, condition)) }}
{%- endmacro %}

{# Sorted once gathered: half the cost of an aggregate that sorts its rows by each of their columns. #}
{% macro duckdb__list_sources(contribution, weight, condition) -%}
    list_sort(
        list(struct_pack(
            source_ref := source_ref,
            row_number := cast(row_number as integer),
            entity_id := entity_id,
            siren := siren,
            contribution := cast({{ contribution }} as decimal(24, 6)),
            weight := cast({{ weight or 'null' }} as decimal(24, 6))
        )) {% if condition %}filter (where {{ condition }}){% endif %}
    )
{%- endmacro %}

{# No row is no list, as on DuckDB, where Spark would give an empty one; a missing field comes after the others, where
   Spark would put it before. #}
{% macro spark__list_sources(contribution, weight, condition) -%}
    {% if condition %}case when count(*) filter (where {{ condition }}) > 0 then{% endif %}

    transform(
        sort_array(transform(
            collect_list(named_struct(
                'source_ref', source_ref,
                'row_number', cast(row_number as integer),
                'entity_id', entity_id,
                'siren', siren,
                'contribution', cast({{ contribution }} as decimal(24, 6)),
                'weight', cast({{ weight or 'null' }} as decimal(24, 6))
            )) {% if condition %}filter (where {{ condition }}){% endif %},
            listed -> named_struct(
                'place', struct(
                    {% for name in ('source_ref', 'row_number', 'entity_id', 'siren', 'contribution', 'weight') %}
                        listed.{{ name }} is null, listed.{{ name }}{{ ',' if not loop.last }}
                    {% endfor %}
                ),
                'source', listed
            )
        )),
        placed -> placed.source
    )
    {% if condition %}end{% endif %}
{%- endmacro %}

{# One row per source of a figure, in a column of structs. #}
{% macro each_source() -%}
    {{ return(adapter.dispatch('each_source', 'periscope')()) }}
{%- endmacro %}

{% macro duckdb__each_source() -%}
    unnest(sources)
{%- endmacro %}

{% macro spark__each_source() -%}
    explode(sources)
{%- endmacro %}

{# UTC instant of a clock reading in Europe/Paris, and the reverse; both naive timestamps. #}
{% macro local_to_utc(local) -%}
    {{ return(adapter.dispatch('local_to_utc', 'periscope')(local)) }}
{%- endmacro %}

{% macro duckdb__local_to_utc(local) -%}
    (({{ local }}) at time zone 'Europe/Paris' at time zone 'UTC')
{%- endmacro %}

{% macro spark__local_to_utc(local) -%}
    to_utc_timestamp({{ local }}, 'Europe/Paris')
{%- endmacro %}

{% macro utc_to_local(instant) -%}
    {{ return(adapter.dispatch('utc_to_local', 'periscope')(instant)) }}
{%- endmacro %}

{% macro duckdb__utc_to_local(instant) -%}
    (({{ instant }}) at time zone 'UTC' at time zone 'Europe/Paris')
{%- endmacro %}

{% macro spark__utc_to_local(instant) -%}
    from_utc_timestamp({{ instant }}, 'Europe/Paris')
{%- endmacro %}

{# Every pair of keys that a chain of `links` (from_key, to_key; each key linked to itself) joins. #}
{% macro closure(links) -%}
    {{ return(adapter.dispatch('closure', 'periscope')(links)) }}
{%- endmacro %}

{% macro duckdb__closure(links) -%}
    with recursive

    reached as (
        select * from {{ links }}
        union
        select
            reached.from_key,
            following.to_key
        from reached
        inner join {{ links }} as following on reached.to_key = following.from_key
    )

    select * from reached
{%- endmacro %}

{# Spark's recursion cannot drop what it has already found: four doublings follow chains of sixteen links, and the tests
   of the models that use it say when that is not enough. #}
{% macro spark__closure(links) -%}
    with

    chains_0 as (select * from {{ links }}),

    {% for step in range(4) %}
        chains_{{ step + 1 }} as (
            select distinct
                chains.from_key,
                following.to_key
            from chains_{{ step }} as chains
            inner join chains_{{ step }} as following on chains.to_key = following.from_key
        ){{ ',' if not loop.last }}
    {% endfor %}

    select * from chains_4
{%- endmacro %}
