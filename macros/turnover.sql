{# Ends of the turnover models; the interface is that of macros/figures.sql. #}

{# Coverage of turnover: unlike int_coverage it knows that a row for a whole year answers for its quarters.
   `answered` names the count of int_turnover__coverage that the indicator needs. #}
{% macro turnover_frames(answered='answered_count') %}
    select
        period,
        perimeter,
        dimension,
        item,
        expected_count,
        {{ answered }} as answered_count
    from {{ ref('int_turnover__coverage') }}
{% endmacro %}

{# A growth rate over `contributions` (current_eur over previous_eur), with the reason of an empty comparison. #}
{% macro growth_figures(indicator_id, contributions='contributions', frames='frames') %}
    select
        indicator_id,
        period,
        perimeter,
        dimension,
        item,
        value,
        numerator,
        denominator,
        contributors,
        expected_count,
        answered_count,
        case
            when reason = 'Dénominateur nul.' and denominator is null
                then 'Aucun membre comparable avec l''année précédente.'
            when reason = 'Dénominateur nul.' then 'Base nulle un an avant.'
            else reason
        end as reason,
        sources
    from (
        {{ rate_figures(indicator_id, contributions, frames, shift=-1) }}
    ) as rates
{% endmacro %}

{# Rows shown for the whole perimeter and again for each of the dimensions listed. #}
{% macro by_dimensions(relation, dimensions) %}
    {% set items = {'all': "'all'", 'function': 'function_id', 'member': 'member_id'} %}
    {% for dimension in dimensions %}
        select
            *,
            '{{ dimension }}' as dimension,
            {{ items[dimension] }} as item
        from {{ relation }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
{% endmacro %}

{# How many whole years lie between the baseline quarter and a row of int_periods: the links of its chain. #}
{% macro chain_length() -%}
    {% set baseline = var('baseline_quarter') %}
    {% if baseline %}
        extract(year from ends_on) - {{ baseline[:4] }}
        - case when extract(quarter from starts_on) < {{ baseline[-1] }} then 1 else 0 end
    {%- else %}0{% endif %}
{%- endmacro %}
