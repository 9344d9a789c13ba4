-- Weight of the largest member in the total: how much one enterprise makes the figure.
with

amounts as (
    select
        *,
        net_turnover_eur as amount_eur
    from {{ ref('int_turnover__by_period') }}
    where side = 'current' and net_turnover_eur is not null
),

ranked as (
    select
        period,
        perimeter,
        member_id,
        row_number() over (partition by period, perimeter order by sum(amount_eur) desc, member_id asc) as size_rank
    from amounts
    group by 1, 2, 3
),

contributions as (
    select
        amounts.period,
        amounts.perimeter,
        'all' as dimension,
        'all' as item,
        amounts.member_id as entity_id,
        amounts.siren,
        amounts.source_ref,
        amounts.row_number,
        case when ranked.size_rank = 1 then amounts.amount_eur end as numerator,
        amounts.amount_eur as denominator
    from amounts
    inner join ranked
        on
            amounts.period = ranked.period
            and amounts.perimeter = ranked.perimeter
            and amounts.member_id = ranked.member_id
),

frames as (
    {{ turnover_frames() }}
)

{{ rate_figures('largest_share', frames='frames') }}
