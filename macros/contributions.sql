{# From rows of an intermediate model (period, perimeter, entity_id, siren, source_ref, row_number) to contributions. #}

{#
  Contributions of 1 per distinct entity_id, whoever declares it: shown for the whole perimeter and for each dimension
  of `items` ({dimension: column}). The row of lowest `priority` speaks for an entity that several rows declare.
#}
{% macro counted_once(relation, items={}, priority='row_number') %}
    {% for dimension, column in ([('all', "'all'")] + (items.items() | list)) %}
        select
            period,
            perimeter,
            '{{ dimension }}' as dimension,
            {{ column }} as item,
            entity_id,
            siren,
            source_ref,
            row_number,
            1 as contribution
        from (
            select
                *,
                row_number() over (
                    partition by period, perimeter, {{ column }}, entity_id
                    order by {{ priority }}, source_ref, row_number
                ) as declaration_rank
            from {{ relation }}
        ) as declared
        where declaration_rank = 1
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
{% endmacro %}

{# Contributions of `amount`, row by row, for the whole perimeter and for each dimension of `items`. #}
{% macro summed_over(relation, amount, items={}) %}
    {% for dimension, column in ([('all', "'all'")] + (items.items() | list)) %}
        select
            period,
            perimeter,
            '{{ dimension }}' as dimension,
            {{ column }} as item,
            entity_id,
            siren,
            source_ref,
            row_number,
            {{ amount }} as contribution
        from {{ relation }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
{% endmacro %}
