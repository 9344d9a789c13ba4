-- A project is in the one or in the other, in no perimeter in both.
with

claimed as (
    select
        declared.project_id,
        periods.period
    from {{ ref('int_collaborations__declared') }} as declared
    inner join {{ ref('int_periods') }} as periods
        on
            periods.first_quarter <= declared.quarter
            and periods.last_quarter >= declared.quarter
    inner join {{ ref('int_collaborations__perimeters') }} as perimeters
        on
            declared.project_id = perimeters.project_id
            and declared.quarter = perimeters.quarter
            and periods.period = perimeters.period
            and {{ local('perimeters.perimeter') }} = 'members'
    where declared.is_description and declared.status = 'run'
    union
    select
        entity_id as project_id,
        period
    from {{ ref('int_collaborations__run_by_perimeter') }}
    where {{ local('perimeter') }} = 'members'
),

totals as (
    select
        period,
        {{ pole_of('project_id') }} as qualifier,
        count(*) as project_count
    from claimed
    group by 1, 2
)

select
    totals.period,
    totals.project_count,
    run.value as run_count,
    claims.value as claimed_count
from totals
inner join {{ ref('crit_effectively_run_projects') }} as run
    on
        totals.period = run.period
        and run.perimeter = concat(totals.qualifier, 'members')
        and run.dimension = 'all'
inner join {{ ref('crit_claimed_projects') }} as claims
    on
        totals.period = claims.period
        and claims.perimeter = concat(totals.qualifier, 'members')
        and claims.dimension = 'all'
where totals.project_count <> coalesce(run.value, 0) + coalesce(claims.value, 0)
