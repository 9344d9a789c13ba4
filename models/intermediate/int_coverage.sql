-- expected: every member of the perimeter; answered: those of them who answered. A silent member lowers coverage and is
-- never assumed.
with

by_dimension as (
    {{ by_dimensions(ref('int_answers__by_period'), ['all', 'function', 'member']) }}
),

counted as (
    select
        period,
        perimeter,
        basis,
        answer_kind,
        dimension,
        item,
        count(*) as expected_count,
        sum(has_answered) as answered_count
    from by_dimension
    group by 1, 2, 3, 4, 5, 6
),

-- a perimeter without any member still has its line: expected 0
frames as (
    select
        periods.period,
        perimeters.perimeter,
        kinds.basis,
        kinds.answer_kind,
        'all' as dimension,
        'all' as item
    from {{ ref('int_periods') }} as periods
    cross join (
        select distinct
            basis,
            answer_kind
        from {{ ref('indicators') }}
        where basis in ('flow', 'stock', 'cohort')
    ) as kinds
    cross join {{ perimeters_of_members() }} as perimeters
)

select
    coalesce(counted.period, frames.period) as period,
    coalesce(counted.perimeter, frames.perimeter) as perimeter,
    coalesce(counted.basis, frames.basis) as basis,
    coalesce(counted.answer_kind, frames.answer_kind) as answer_kind,
    coalesce(counted.dimension, frames.dimension) as dimension,
    coalesce(counted.item, frames.item) as item,
    cast(coalesce(counted.expected_count, 0) as integer) as expected_count,
    cast(coalesce(counted.answered_count, 0) as integer) as answered_count
from frames
full outer join counted
    on
        frames.period = counted.period
        and frames.perimeter = counted.perimeter
        and frames.basis = counted.basis
        and frames.answer_kind = counted.answer_kind
        and frames.dimension = counted.dimension
        and frames.item = counted.item
