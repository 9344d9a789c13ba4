select
    period,
    perimeter
from {{ ref('crit_effective_creations') }}
group by period, perimeter
having
    sum(case when dimension = 'all' then value else 0 end) <> sum(case when dimension = 'kind' then value else 0 end)
