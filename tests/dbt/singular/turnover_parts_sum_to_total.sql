-- Functions, members and presences each make up the whole, to the cent, in every period.
with

figures as (
    select * from {{ ref('crit_turnover_total') }}
    where value is not null
),

wholes as (
    select * from figures
    where dimension = 'all'
),

parts as (
    select period, perimeter, dimension as cut, sum(value) as parts_eur
    from figures
    where dimension <> 'all'
    group by 1, 2, 3
    union all
    select period, 'members' as perimeter, 'presence' as cut, sum(value) as parts_eur
    from wholes
    where perimeter <> 'members'
    group by 1
)

select
    parts.*,
    wholes.value
from parts
inner join wholes
    on
        parts.period = wholes.period
        and parts.perimeter = wholes.perimeter
where
    parts.parts_eur <> wholes.value
    -- a longer row of a member that changed presence belongs to neither presence
    and not (
        parts.cut = 'presence'
        and parts.period in (
            select period from {{ ref('int_turnover__by_period') }}
            where is_longer_row
        )
    )
