-- Over twelve months on the period's last day, or on its own last day if it ended before. Without a start the duration
-- is not known: out of both counts.
with

contributions as (
    select
        *,
        'all' as dimension,
        'all' as item,
        case
            when {{ months_later('started_on', 12) }} < least(coalesce(ended_on, period_ends_on), period_ends_on) then 1
        end as numerator,
        1 as denominator
    from {{ ref('int_collaborations__run_by_perimeter') }}
    where started_on is not null
)

{{ rate_figures('share_over_12_months') }}
