-- A year to date is the sum of its quarters, wherever no longer row stands for quarters that are not known.
with

figures as (
    select * from {{ ref('crit_turnover_total') }}
    where dimension = 'all'
),

years as (
    select * from figures
    where period not like '%-Q%' and value is not null
),

quarters as (
    select
        substring(period, 1, 4) as period,
        perimeter,
        count(*) as quarter_count,
        sum(value) as quarters_eur
    from figures
    where period like '%-Q%'
    group by 1, 2
)

select
    years.period,
    years.perimeter,
    years.value,
    quarters.quarters_eur
from years
inner join quarters
    on
        years.period = quarters.period
        and years.perimeter = quarters.perimeter
where
    years.value <> coalesce(quarters.quarters_eur, 0)
    -- the first year of history is whole, its quarters before history_start are not evaluated
    and years.period > '{{ var("history_start")[:4] }}'
    and not exists (
        select 1
        from {{ ref('int_turnover__by_period') }} as by_period
        where
            by_period.is_longer_row
            and by_period.period = years.period
            and {{ same_pole('by_period.perimeter', 'years.perimeter') }}
    )
