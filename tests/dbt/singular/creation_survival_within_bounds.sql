select
    period,
    perimeter,
    dimension,
    item
from (
    select * from {{ ref('crit_survival_rate_3y') }}
    union all
    select * from {{ ref('crit_survival_rate_5y') }}
) as survival
group by substring(indicator_id, 1, 16), period, perimeter, dimension, item
having
    min(case when indicator_id like '%_low' then value end) > min(case when indicator_id like '%y' then value end)
    or max(case when indicator_id like '%_high' then value end) < max(case when indicator_id like '%y' then value end)
