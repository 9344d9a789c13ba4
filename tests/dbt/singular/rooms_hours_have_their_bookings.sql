-- Hours come from bookings that are counted, and a booking that is counted gives hours; the others have their reason.
with

figures as (
    {% for indicator in ['booked_hours', 'after_hours'] %}
        select
            indicator_id,
            period,
            value
        from {{ ref('crit_' ~ indicator) }}
        where dimension = 'all'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    select
        indicator_id,
        period,
        sum(case when is_included then 1 else 0 end) as included_count,
        sum(case when is_included = (exclusion_reason_fr is not null) then 1 else 0 end) as unexplained_count
    from {{ ref('int_dispositions__hours') }}
    group by indicator_id, period
)

select
    figures.indicator_id,
    figures.period,
    figures.value,
    counted.included_count,
    counted.unexplained_count
from figures
inner join {{ ref('int_periods') }} as periods on figures.period = periods.period and periods.is_current
left join counted
    on
        figures.indicator_id = counted.indicator_id
        and figures.period = counted.period
where
    (coalesce(figures.value, 0) > 0) <> (coalesce(counted.included_count, 0) > 0)
    or coalesce(counted.unexplained_count, 0) > 0
