-- Those counted are the denominator of the rate, and whoever is left out has its reason.
with

figures as (
    {% for indicator in [
        'conversion_rate_12m', 'conversion_rate_24m', 'conversion_rate_36m', 'survival_rate_3y', 'survival_rate_5y'
    ] %}
        select
            indicator_id,
            period,
            denominator
        from {{ ref('crit_' ~ indicator) }}
        where perimeter = 'members' and dimension = 'all' and indicator_id = '{{ indicator }}'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    select
        indicator_id,
        period,
        sum(case when is_included then 1 else 0 end) as included_count
    from {{ ref('int_dispositions__cohorts') }}
    group by indicator_id, period
)

select
    coalesce(figures.indicator_id, counted.indicator_id) as indicator_id,
    coalesce(figures.period, counted.period) as period,
    figures.denominator,
    counted.included_count
from figures
inner join {{ ref('int_periods') }} as periods on figures.period = periods.period and periods.is_current
full outer join counted
    on
        figures.indicator_id = counted.indicator_id
        and figures.period = counted.period
where coalesce(figures.denominator, 0) <> coalesce(counted.included_count, 0)
