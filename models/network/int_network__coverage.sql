-- Who was asked, and who answered, in the whole network.
with

members as (
    select
        member_id,
        {{ local('siren') }} as siren
    from {{ source('register', 'members') }}
),

-- an enterprise of two poles is expected once, and has answered when it did in one of them
asked as (
    select
        indicators.indicator_id,
        coverage.period,
        coverage.item as member_id,
        coverage.answered_count
    from {{ ref('int_coverage') }} as coverage
    inner join {{ ref('indicators') }} as indicators
        on coverage.basis = indicators.basis and coverage.answer_kind = indicators.answer_kind
    where
        coverage.dimension = 'member'
        and {{ local('coverage.perimeter') }} = 'members'
        and indicators.answer_kind <> 'activity'
    union all
    select
        indicators.indicator_id,
        coverage.period,
        coverage.item as member_id,
        case indicators.indicator_id
            when 'intra_pole_sales' then coverage.ledger_count
            when 'market_share_of_income' then coverage.income_count
            when 'public_share_of_income' then coverage.public_income_count
            else coverage.answered_count
        end as answered_count
    from {{ ref('int_turnover__coverage') }} as coverage
    inner join {{ ref('indicators') }} as indicators on indicators.answer_kind = 'activity'
    where coverage.dimension = 'member' and {{ local('coverage.perimeter') }} = 'members'
),

answers as (
    select
        asked.indicator_id,
        asked.period,
        members.siren,
        max(asked.answered_count) as answered_count
    from asked
    inner join members on asked.member_id = members.member_id
    group by 1, 2, 3
)

select
    indicator_id,
    period,
    count(*) as expected_count,
    sum(answered_count) as answered_count
from answers
group by 1, 2
union all
-- rooms, lots, grants and managing bodies are each of one pole
select
    indicator_id,
    period,
    sum(expected_count) as expected_count,
    sum(answered_count) as answered_count
from {{ ref('int_network__figures') }}
where perimeter <> 'members' and dimension = 'all'
group by 1, 2
