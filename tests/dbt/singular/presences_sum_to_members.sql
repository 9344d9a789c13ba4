-- The two presences never overlap and leave no member out: stocks of members and of their jobs add up.
select
    indicator_id,
    period,
    dimension,
    item
from (
    select * from {{ ref('crit_members_count') }}
    union all
    select * from {{ ref('crit_jobs_fte') }}
    union all
    select * from {{ ref('crit_jobs_headcount') }}
) as stocks
group by indicator_id, period, {{ pole_of('perimeter') }}, dimension, item
having
    sum(case when {{ local('perimeter') }} = 'members' then value else 0 end)
    <> sum(case when {{ local('perimeter') }} <> 'members' then value else 0 end)
