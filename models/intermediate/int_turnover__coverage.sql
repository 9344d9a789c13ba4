-- expected: every member of the perimeter on any day of the period; answered: those whose turnover is known, or who
-- sent an empty sheet, for each quarter of their membership. The other counts are those
-- whose accounts, operating income or public income are known too.
with

members as (
    select
        period,
        perimeter,
        member_id,
        max(function_id) as function_id,
        min(case when has_answered then 1 else 0 end) as has_answered,
        min(case when is_ledger then 1 else 0 end) as has_ledger,
        min(case when is_known and has_operating_income then 1 else 0 end) as has_income,
        min(case when has_public_income and has_operating_income then 1 else 0 end) as has_public_income
    from {{ ref('int_turnover__by_period') }}
    where side = 'current'
    group by 1, 2, 3
),

by_dimension as (
    select period, perimeter, 'all' as dimension, 'all' as item, has_answered, has_ledger, has_income, has_public_income
    from members
    union all
    select period, perimeter, 'function' as dimension, function_id as item, has_answered, has_ledger, has_income, has_public_income
    from members
    union all
    select period, perimeter, 'member' as dimension, member_id as item, has_answered, has_ledger, has_income, has_public_income
    from members
    union all
    -- a perimeter without any member still has its line: expected 0
    select periods.period, perimeters.perimeter, 'all' as dimension, 'all' as item, null, null, null, null
    from {{ ref('int_periods') }} as periods
    cross join (
        select 'members' as perimeter
        union all
        select 'permanent_residents' as perimeter
        union all
        select 'occasional_users' as perimeter
    ) as perimeters
)

select
    period,
    perimeter,
    dimension,
    item,
    cast(count(has_answered) as integer) as expected_count,
    cast(coalesce(sum(has_answered), 0) as integer) as answered_count,
    cast(coalesce(sum(has_ledger), 0) as integer) as ledger_count,
    cast(coalesce(sum(has_income), 0) as integer) as income_count,
    cast(coalesce(sum(has_public_income), 0) as integer) as public_income_count
from by_dimension
group by 1, 2, 3, 4
