-- A year is compared quarter by quarter, each with the same quarter a year before, so that a member that joined in
-- between is an entrant for the quarters it was not there; int_turnover__compared_quarters says which years are whole.
with

quarters as (
    select
        *,
        case quarter_number when 1 then 1 when 2 then 2 when 3 then 4 else 8 end as quarter_bit
    from {{ ref('int_turnover__compared_quarters') }}
),

sides as (
    select
        period,
        perimeter,
        member_id,
        compared_quarter,
        side,
        max(period_kind) as period_kind,
        max(siren) as siren,
        max(function_id) as function_id,
        sum(quarter_bit) as quarter_bits,
        count(*) as quarter_count,
        sum(case when is_known then 1 else 0 end) as known_count,
        max(case when is_chart_2025 then 1 else 0 end) as has_chart_2025,
        max(case when has_joined then 1 else 0 end) as has_joined,
        max(case when has_left then 1 else 0 end) as has_left,
        sum(net_turnover_eur) as net_turnover_eur
    from quarters
    group by 1, 2, 3, 4, 5
),

now as (
    select * from sides
    where side = 'current'
),

before as (
    select * from sides
    where side = 'previous'
),

paired as (
    select
        coalesce(now.period, before.period) as period,
        coalesce(now.perimeter, before.perimeter) as perimeter,
        coalesce(now.member_id, before.member_id) as member_id,
        coalesce(now.siren, before.siren) as siren,
        coalesce(now.function_id, before.function_id) as function_id,
        coalesce(now.compared_quarter, before.compared_quarter) as compared_quarter,
        coalesce(now.period_kind, before.period_kind) as period_kind,
        cast(now.net_turnover_eur as decimal(18, 2)) as current_eur,
        cast(before.net_turnover_eur as decimal(18, 2)) as previous_eur,
        case
            when before.member_id is null and now.known_count > 0 then 'entrant'
            when now.member_id is null and before.known_count > 0 then 'leaver'
            -- it joined, or left, inside the very quarter for which it did not answer
            when now.known_count > 0 and before.known_count = 0 and before.has_joined = 1 then 'entrant'
            when now.known_count = 0 and before.known_count > 0 and now.has_left = 1 then 'leaver'
            when coalesce(now.known_count, 0) + coalesce(before.known_count, 0) = 0 then 'silent'
            when
                now.known_count = now.quarter_count
                and before.known_count = before.quarter_count
                and now.quarter_bits = before.quarter_bits
                then 'panel'
            else 'set_aside'
        end as comparison,
        coalesce(now.has_chart_2025 > before.has_chart_2025, false) as is_break_2025
    from now
    full outer join before
        on
            now.period = before.period
            and now.perimeter = before.perimeter
            and now.member_id = before.member_id
            and now.compared_quarter = before.compared_quarter
)

select
    *,
    case
        when compared_quarter > 0 then concat(substring(period, 1, 4), '-Q', compared_quarter)
        else period
    end as compared_period
from paired
