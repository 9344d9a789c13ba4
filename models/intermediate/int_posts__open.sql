-- Posts open on the last day of the period: a contract that begins or ends that very day is open.
select
    periods.period,
    ledger.*
from {{ ref('int_posts__ledger') }} as ledger
inner join {{ ref('int_periods') }} as periods on ledger.quarter = periods.last_quarter
where
    ledger.started_on <= ledger.stock_on
    and coalesce(ledger.ended_on, ledger.stock_on) >= ledger.stock_on
