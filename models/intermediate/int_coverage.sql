-- expected: every member of the perimeter; answered: those who answered for each quarter of the period in which
-- they were members (for a stock: for its last quarter). A silent member lowers coverage and is never assumed.
with

members as (
    select * from {{ ref('int_members__by_period') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

answers as (
    select * from {{ ref('int_answers__by_quarter') }}
),

kinds as (
    select distinct
        basis,
        answer_kind
    from {{ ref('indicators') }}
    where basis in ('flow', 'stock', 'cohort')
),

asked as (
    select
        members.period,
        members.perimeter,
        kinds.basis,
        kinds.answer_kind,
        members.member_id,
        members.function_id,
        quarters.quarter
    from members
    inner join periods on members.period = periods.period
    inner join kinds
        on
            members.basis = case kinds.basis when 'stock' then 'stock' else 'flow' end
    inner join {{ ref('int_quarters') }} as quarters
        on
            periods.ends_on >= quarters.ends_on
            and quarters.starts_on >= periods.starts_on
            and (kinds.basis <> 'stock' or quarters.ends_on = periods.ends_on)
    inner join (
        select
            held.period as quarter,
            held.member_id
        from members as held
        where held.basis = 'flow' and held.perimeter = 'members'
    ) as held_in_quarter
        on
            members.member_id = held_in_quarter.member_id
            and quarters.quarter = held_in_quarter.quarter
),

member_answers as (
    select
        asked.period,
        asked.perimeter,
        asked.basis,
        asked.answer_kind,
        asked.member_id,
        asked.function_id,
        -- the register itself answers for indicators that ask nobody
        case
            when asked.answer_kind = 'register' then 1
            when count(answers.member_id) = count(*) then 1
            else 0
        end as has_answered
    from asked
    left join answers
        on
            asked.answer_kind = answers.answer_kind
            and asked.member_id = answers.member_id
            and asked.quarter = answers.quarter
    group by 1, 2, 3, 4, 5, 6
),

by_dimension as (
    select
        *,
        'all' as dimension,
        'all' as item
    from member_answers
    union all
    select
        *,
        'function' as dimension,
        function_id as item
    from member_answers
    union all
    select
        *,
        'member' as dimension,
        member_id as item
    from member_answers
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
    from periods
    cross join kinds
    cross join (
        select 'members' as perimeter
        union all
        select 'permanent_residents' as perimeter
        union all
        select 'occasional_users' as perimeter
    ) as perimeters
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
