-- Organic, entrants, leavers, corrections and definition make the total, to the cent.
select
    period,
    perimeter
from {{ ref('crit_turnover_bridge') }}
group by 1, 2
having
    sum(case when item = 'total' then -value else value end) <> 0
    or count(value) not in (0, 6)
