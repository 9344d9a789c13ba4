-- One ledger read under each funder's own definition: figures that must never be added, nor taken for one another.
with

measures as (
    select
        period,
        'created_fte' as measure,
        value
    from {{ ref('crit_collaboration_jobs_created_fte') }}
    where perimeter = 'members' and dimension = 'all'
    union all
    select
        period,
        'maintained_fte' as measure,
        value
    from {{ ref('crit_collaboration_jobs_maintained_fte') }}
    where perimeter = 'members' and dimension = 'all'
    union all
    select
        period,
        'headcount' as measure,
        value
    from {{ ref('crit_jobs_headcount') }}
    where perimeter = 'members' and dimension = 'all'
    union all
    select
        period,
        'net_change_fte' as measure,
        value
    from {{ ref('crit_jobs_net_change_fte') }}
    where perimeter = 'members' and dimension = 'all'
    union all
    select
        open_posts.period,
        'concerned_headcount' as measure,
        count(distinct open_posts.post_id) as value
    from {{ ref('int_posts__open') }} as open_posts
    inner join {{ ref('int_posts__employed') }} as employed
        on
            open_posts.period = employed.period
            and open_posts.post_id = employed.entity_id
            and employed.perimeter = 'members'
    where open_posts.category = 'concerned'
    group by open_posts.period
    union all
    select
        periods.period,
        'worked_fte' as measure,
        sum(worked.worked_fte) as value
    from {{ ref('int_posts__worked') }} as worked
    inner join {{ ref('int_periods') }} as periods
        on
            periods.first_quarter <= worked.quarter
            and periods.last_quarter >= worked.quarter
    inner join {{ ref('int_members__by_period') }} as members
        on
            worked.quarter = members.period
            and worked.employer_siren = members.siren
            and members.perimeter = 'members'
            and members.basis = 'flow'
    group by periods.period
)

select
    periods.period,
    definitions.definition_id,
    definitions.measure,
    cast(measures.value as decimal(24, 6)) as value
from {{ ref('int_periods') }} as periods
cross join {{ ref('job_definitions') }} as definitions
left join measures on periods.period = measures.period and definitions.measure = measures.measure
