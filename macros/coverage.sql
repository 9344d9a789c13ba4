{# Coverage of the perimeters and basis that the catalogue gives to an indicator. #}
{% macro coverage_frames(indicator_id) %}
    select
        coverage.period,
        coverage.perimeter,
        coverage.dimension,
        coverage.item,
        coverage.expected_count,
        coverage.answered_count
    from {{ ref('int_coverage') }} as coverage
    inner join {{ ref('indicators') }} as indicators
        on
            indicators.indicator_id = '{{ indicator_id }}'
            and coverage.basis = indicators.basis
            and coverage.answer_kind = indicators.answer_kind
            and {{ list_has('indicators.perimeters', local('coverage.perimeter')) }}
{% endmacro %}

{# True when the ;-separated text `listed` holds `word`. #}
{% macro list_has(listed, word) -%}
    position(concat(';', {{ word }}, ';') in concat(';', {{ listed }}, ';')) > 0
{%- endmacro %}
