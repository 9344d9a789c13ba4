-- The items counted are the figure, and every item left out has its reason.
with

dispositions as (
    select * from {{ ref('int_dispositions__creation') }}
    union all
    select * from {{ ref('int_dispositions__cooperation') }}
    union all
    select * from {{ ref('int_dispositions__jobs') }}
),

figures as (
    select * from {{ ref('crit_supported_projects') }}
    union all
    select * from {{ ref('crit_effective_creations') }}
    union all
    select * from {{ ref('crit_effectively_run_projects') }}
    union all
    select * from {{ ref('crit_jobs_headcount') }}
    union all
    select * from {{ ref('crit_collaboration_jobs_headcount') }}
),

counted as (
    select
        indicator_id,
        period,
        sum(case when is_included then 1 else 0 end) as included_count,
        sum(case when is_included = (exclusion_reason_fr is not null) then 1 else 0 end) as unexplained_count
    from dispositions
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
    figures.perimeter = 'members'
    and figures.dimension = 'all'
    and (
        coalesce(figures.value, 0) <> coalesce(counted.included_count, 0)
        or coalesce(counted.unexplained_count, 0) > 0
    )
