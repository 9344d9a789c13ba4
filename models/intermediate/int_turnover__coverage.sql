-- expected: every member of the perimeter on any day of the period; answered: those whose turnover is known, or who
-- sent an empty sheet, for each quarter of their membership. The other counts are those whose accounts, operating
-- income or public income are known too.
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

asked as (
    {{ by_dimensions('members', ['all', 'function', 'member']) }}
),

counted as (
    select
        period,
        perimeter,
        dimension,
        item,
        count(*) as expected_count,
        sum(has_answered) as answered_count,
        sum(has_ledger) as ledger_count,
        sum(has_income) as income_count,
        sum(has_public_income) as public_income_count
    from asked
    group by 1, 2, 3, 4
),

-- a perimeter without any member still has its line: expected 0
frames as (
    select
        periods.period,
        perimeters.perimeter,
        'all' as dimension,
        'all' as item
    from {{ ref('int_periods') }} as periods
    cross join {{ perimeters_of_members() }} as perimeters
)

select
    coalesce(counted.period, frames.period) as period,
    coalesce(counted.perimeter, frames.perimeter) as perimeter,
    coalesce(counted.dimension, frames.dimension) as dimension,
    coalesce(counted.item, frames.item) as item,
    {% for name in ['expected', 'answered', 'ledger', 'income', 'public_income'] %}
        cast(coalesce(counted.{{ name }}_count, 0) as integer) as {{ name }}_count{% if not loop.last %},{% endif %}

    {% endfor %}
from frames
full outer join counted
    on
        frames.period = counted.period
        and frames.perimeter = counted.perimeter
        and frames.dimension = counted.dimension
        and frames.item = counted.item
