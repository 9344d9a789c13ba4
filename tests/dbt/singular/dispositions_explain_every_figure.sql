-- What is counted is the figure (seeds/dispositions.csv says which of its columns), and whatever is left out has its
-- reason.
with

figures as (
    {% for indicator in criteria() %}
        select
            indicator_id,
            -- the cohorts of a figure that has no whole are told together, with the quarter being published
            case dimension when 'cohort' then '{{ var("quarter") }}' else period end as period,
            perimeter,
            value,
            denominator,
            contributors
        from {{ ref('crit_' ~ indicator) }}
        where
            dimension = 'all'
            {% if indicator == 'conversion_rate_24m_km' %}or dimension = 'cohort'{% endif %}
            {% if indicator == 'turnover_bridge' %}or item = 'total'{% endif %}
            {% if indicator.startswith('grant_') %}or dimension = 'item'{% endif %}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

measured as (
    select
        figures.indicator_id,
        figures.period,
        figures.perimeter,
        count(figures.value) > 0 as is_assessed,
        sum(case shared.measure
            when 'value' then figures.value
            when 'entities' then figures.value
            when 'denominator' then figures.denominator
            when 'contributors' then figures.contributors
            when 'presence' then case when figures.value > 0 then 1 else 0 end
        end) as measure
    from figures
    inner join {{ ref('dispositions') }} as shared on figures.indicator_id = shared.indicator_id
    inner join {{ ref('int_periods') }} as periods on figures.period = periods.period and periods.is_current
    group by figures.indicator_id, figures.period, figures.perimeter
),

counted as (
    select
        told.indicator_id,
        told.period,
        told.perimeter,
        case
            when shared.measure = 'entities' then sum(case when told.is_included then 1 else 0 end)
            when shared.measure <> 'presence' then sum(told.contribution)
            when max(told.contribution) > 0 then 1
            else 0
        end as contribution,
        sum(case when not told.is_included and told.exclusion_reason_fr is null then 1 else 0 end) as unexplained_count,
        sum(case when not told.is_included and told.contribution <> 0 then 1 else 0 end) as contradicted_count
    from {{ ref('fct_dispositions') }} as told
    inner join {{ ref('dispositions') }} as shared on told.indicator_id = shared.indicator_id
    group by told.indicator_id, told.period, told.perimeter, shared.measure
)

select
    coalesce(measured.indicator_id, counted.indicator_id) as indicator_id,
    coalesce(measured.period, counted.period) as period,
    coalesce(measured.perimeter, counted.perimeter) as perimeter,
    measured.measure,
    counted.contribution,
    counted.unexplained_count,
    counted.contradicted_count
from measured
full outer join counted
    on
        measured.indicator_id = counted.indicator_id
        and measured.period = counted.period
        and measured.perimeter = counted.perimeter
where
    -- in the perimeters that the dispositions tell; a figure that cannot be assessed says why itself
    (
        coalesce(measured.is_assessed, true)
        and {{ local('coalesce(measured.perimeter, counted.perimeter)') }}
        not in ('permanent_residents', 'occasional_users')
        and abs(coalesce(measured.measure, 0) - coalesce(counted.contribution, 0)) > 0.0001
    )
    or counted.unexplained_count > 0
    or counted.contradicted_count > 0
