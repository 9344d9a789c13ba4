-- A member has answered when it did so for each quarter of the period in which it was a member (for a stock: for its
-- last quarter).
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
        where held.basis = 'flow' and {{ local('held.perimeter') }} = 'members'
    ) as held_in_quarter
        on
            members.member_id = held_in_quarter.member_id
            and quarters.quarter = held_in_quarter.quarter
)

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
