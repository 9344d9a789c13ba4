{# The few places where engines differ. Every other file is plain SQL. #}

{# Ordered list of the sources of a group: struct(source_ref, row_number, entity_id, siren, contribution, weight). #}
{% macro list_sources(contribution, weight) -%}
    {{ return(adapter.dispatch('list_sources', 'periscope')(contribution, weight)) }}
{%- endmacro %}

{% macro duckdb__list_sources(contribution, weight) -%}
    list(struct_pack(
        source_ref := source_ref,
        row_number := cast(row_number as integer),
        entity_id := entity_id,
        siren := siren,
        contribution := cast({{ contribution }} as decimal(24, 6)),
        weight := cast({{ weight or 'null' }} as decimal(24, 6))
    ) order by source_ref, row_number, entity_id, siren)
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
