-- For analysts, inside the house: what each enterprise weighs and how the panel would read without it.
with

quarters as (
    select * from {{ ref('int_turnover__member_quarters') }}
),

members as (
    select
        quarter,
        member_id
    from {{ ref('int_turnover__perimeter_quarters') }}
    where {{ local('perimeter') }} = 'members'
),

comparisons as (
    select * from {{ ref('int_turnover__year_on_year') }}
    where period_kind = 'quarter' and {{ local('perimeter') }} = 'members'
),

panels as (
    select
        period,
        {{ pole_of('member_id') }} as qualifier,
        sum(current_eur) as current_eur,
        sum(previous_eur) as previous_eur
    from comparisons
    where comparison = 'panel'
    group by 1, 2
),

totals as (
    select
        quarters.quarter,
        {{ pole_of('quarters.member_id') }} as qualifier,
        sum(quarters.net_turnover_eur) as total_eur
    from quarters
    inner join members
        on
            quarters.quarter = members.quarter
            and quarters.member_id = members.member_id
    group by 1, 2
),

-- what a silent enterprise may have made, judged by all that it ever told
ranges as (
    select
        member_id,
        least(min(net_turnover_eur), 0) as low_eur,
        greatest(max(net_turnover_eur), 0) as high_eur
    from quarters
    where is_known
    group by 1
),

gaps as (
    select
        member_id,
        starts_on,
        ends_on,
        max(gap_eur) as source_gap_eur
    from {{ ref('int_turnover__source_gaps') }}
    group by 1, 2, 3
)

select
    {{ pole_id('quarters.member_id') }} as pole_id,
    quarters.member_id,
    quarters.quarter,
    members.member_id is not null as is_member,
    quarters.is_known,
    quarters.has_answered,
    quarters.missing_reason,
    quarters.source_kind,
    quarters.net_turnover_eur,
    quarters.operating_income_eur,
    quarters.public_income_eur,
    cast(case when quarters.is_known then quarters.net_turnover_eur else ranges.low_eur end as decimal(18, 2))
        as turnover_low_eur,
    cast(case when quarters.is_known then quarters.net_turnover_eur else ranges.high_eur end as decimal(18, 2))
        as turnover_high_eur,
    cast(gaps.source_gap_eur as decimal(18, 2)) as source_gap_eur,
    cast(case
        when members.member_id is not null and totals.total_eur > 0
            then round(cast(quarters.net_turnover_eur as double) / cast(totals.total_eur as double), 6)
    end as decimal(18, 6)) as share_of_total,
    comparisons.comparison,
    comparisons.previous_eur as previous_turnover_eur,
    cast(case
        when comparisons.comparison = 'panel' and comparisons.previous_eur > 0
            then round(cast(comparisons.current_eur as double) / cast(comparisons.previous_eur as double) - 1, 6)
    end as decimal(18, 6)) as growth_share,
    cast(case
        when comparisons.comparison = 'panel' and panels.previous_eur - comparisons.previous_eur > 0
            then round(
                cast(panels.current_eur - comparisons.current_eur as double)
                / cast(panels.previous_eur - comparisons.previous_eur as double) - 1,
                6
            )
    end as decimal(18, 6)) as panel_growth_without_share,
    coalesce(comparisons.is_break_2025, false) as is_break_2025
from quarters
left join members
    on
        quarters.quarter = members.quarter
        and quarters.member_id = members.member_id
left join totals on quarters.quarter = totals.quarter and {{ pole_of('quarters.member_id') }} = totals.qualifier
left join ranges on quarters.member_id = ranges.member_id
left join gaps
    on
        quarters.member_id = gaps.member_id
        and quarters.starts_on = gaps.starts_on
        and quarters.ends_on = gaps.ends_on
left join comparisons
    on
        quarters.quarter = comparisons.period
        and quarters.member_id = comparisons.member_id
left join panels on quarters.quarter = panels.period and {{ pole_of('quarters.member_id') }} = panels.qualifier
