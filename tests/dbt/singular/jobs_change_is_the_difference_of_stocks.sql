select change.*
from {{ ref('crit_jobs_net_change_fte') }} as change
inner join {{ ref('int_periods') }} as periods on change.period = periods.period
inner join {{ ref('crit_jobs_fte') }} as now
    on change.period = now.period and change.perimeter = now.perimeter and now.dimension = 'all'
inner join {{ ref('crit_jobs_fte') }} as before
    on
        periods.previous_last_quarter = before.period
        and change.perimeter = before.perimeter
        and before.dimension = 'all'
where change.value <> now.value - before.value
