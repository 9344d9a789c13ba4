-- One ledger read under each funder's own definition: figures that must never be added, nor taken for one another.
with

measures as (
    select
        period,
        {{ pole_of('perimeter') }} as qualifier,
        'created_fte' as measure,
        value
    from {{ ref('crit_collaboration_jobs_created_fte') }}
    where {{ local('perimeter') }} = 'members' and dimension = 'all'
    union all
    select
        period,
        {{ pole_of('perimeter') }} as qualifier,
        'maintained_fte' as measure,
        value
    from {{ ref('crit_collaboration_jobs_maintained_fte') }}
    where {{ local('perimeter') }} = 'members' and dimension = 'all'
    union all
    select
        period,
        {{ pole_of('perimeter') }} as qualifier,
        'headcount' as measure,
        value
    from {{ ref('crit_jobs_headcount') }}
    where {{ local('perimeter') }} = 'members' and dimension = 'all'
    union all
    select
        period,
        {{ pole_of('perimeter') }} as qualifier,
        'net_change_fte' as measure,
        value
    from {{ ref('crit_jobs_net_change_fte') }}
    where {{ local('perimeter') }} = 'members' and dimension = 'all'
    union all
    select
        open_posts.period,
        {{ pole_of('employed.perimeter') }} as qualifier,
        'concerned_headcount' as measure,
        count(distinct open_posts.post_id) as value
    from {{ ref('int_posts__open') }} as open_posts
    inner join {{ ref('int_posts__employed') }} as employed
        on
            open_posts.period = employed.period
            and open_posts.post_id = employed.entity_id
            and {{ local('employed.perimeter') }} = 'members'
    where open_posts.category = 'concerned'
    group by 1, 2
    union all
    select
        periods.period,
        {{ pole_of('members.perimeter') }} as qualifier,
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
            and {{ local('members.perimeter') }} = 'members'
            and members.basis = 'flow'
    group by 1, 2
)

select
    {{ pole_id('poles.qualifier') }} as pole_id,
    periods.period,
    definitions.definition_id,
    definitions.measure,
    cast(measures.value as decimal(24, 6)) as value
from {{ ref('int_periods') }} as periods
cross join {{ ref('job_definitions') }} as definitions
cross join {{ poles() }} as poles
left join measures
    on
        periods.period = measures.period
        and poles.qualifier = measures.qualifier
        and definitions.measure = measures.measure
