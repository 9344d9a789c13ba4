{# The promise of every crit_ model: one row per figure, a value or why there is none, a rate with its counts. #}
{% test whole_figures(model) %}
select
    indicator_id,
    period,
    perimeter,
    dimension,
    item
from {{ model }}
group by indicator_id, period, perimeter, dimension, item
having
    count(*) > 1
    or max(case when value is null and reason is null then 1 else 0 end) = 1
    or max(case when (numerator is null) <> (denominator is null) then 1 else 0 end) = 1
    or min(case when expected_count is null or answered_count is null then 0 else 1 end) = 0
    or max(case when period is null or perimeter is null or dimension is null or item is null then 1 else 0 end) = 1
{% endtest %}
