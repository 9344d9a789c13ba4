select
    indicator_id,
    period,
    perimeter
from (
    select * from {{ ref('crit_jobs_fte') }}
    union all
    select * from {{ ref('crit_jobs_headcount') }}
) as figures
group by indicator_id, period, perimeter
having
    sum(case when dimension = 'all' then value else 0 end) <> sum(case when dimension = 'member' then value else 0 end)
    or sum(case when dimension = 'all' then value else 0 end)
    <> sum(case when dimension = 'function' then value else 0 end)
