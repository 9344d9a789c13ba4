-- Worked FTE is a flow: working time for the months worked, over twelve. A month begun or left is a fraction in days.
with

months as (
    select 0 as month_rank
    union all
    select 1 as month_rank
    union all
    select 2 as month_rank
),

calendar as (
    select
        quarters.quarter,
        {{ months_later('quarters.starts_on', 'months.month_rank') }} as month_starts_on,
        {{ months_later('quarters.starts_on', 'months.month_rank + 1') }} as next_month_on
    from {{ ref('int_quarters') }} as quarters
    cross join months
),

worked as (
    select
        ledger.quarter,
        ledger.post_id,
        ledger.employer_siren,
        ledger.working_time,
        {{ dbt.datediff('calendar.month_starts_on', 'calendar.next_month_on', 'day') }} as month_days,
        greatest(ledger.started_on, calendar.month_starts_on) as from_on,
        least(
            coalesce(cast({{ dbt.dateadd('day', 1, 'ledger.ended_on') }} as date), calendar.next_month_on),
            calendar.next_month_on
        ) as until_on
    from {{ ref('int_posts__ledger') }} as ledger
    inner join calendar on ledger.quarter = calendar.quarter
)

select
    quarter,
    post_id,
    employer_siren,
    cast(round(sum(
        case
            when until_on > from_on
                then cast({{ dbt.datediff('from_on', 'until_on', 'day') }} as double) / month_days
            else 0
        end
    ), 6) as decimal(12, 6)) as worked_months,
    cast(round(cast(working_time as double) * sum(
        case
            when until_on > from_on
                then cast({{ dbt.datediff('from_on', 'until_on', 'day') }} as double) / month_days
            else 0
        end
    ) / 12, 6) as decimal(12, 6)) as worked_fte
from worked
group by quarter, post_id, employer_siren, working_time
