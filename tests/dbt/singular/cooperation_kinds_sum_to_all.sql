select
    indicator_id,
    period,
    perimeter
from (
    select * from {{ ref('crit_effectively_run_projects') }}
    union all
    select * from {{ ref('crit_started_projects') }}
    union all
    select * from {{ ref('crit_collaboration_jobs_created_fte') }}
    union all
    select * from {{ ref('crit_collaboration_jobs_maintained_fte') }}
) as figures
group by indicator_id, period, perimeter
having
    sum(case when dimension = 'all' then value else 0 end) <> sum(case when dimension = 'kind' then value else 0 end)
