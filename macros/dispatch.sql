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
