-- side: `current` is the period itself, `previous` the same months a year before.
with

windows as (
    select
        period,
        period_kind,
        is_current,
        'current' as side,
        starts_on,
        ends_on
    from {{ ref('int_periods') }}
    union all
    select
        period,
        period_kind,
        is_current,
        'previous' as side,
        previous_starts_on as starts_on,
        previous_ends_on as ends_on
    from {{ ref('int_periods') }}
)

select
    windows.period,
    windows.period_kind,
    windows.is_current,
    windows.side,
    windows.starts_on as window_starts_on,
    windows.ends_on as window_ends_on,
    perimeters.perimeter,
    perimeters.function_id,
    perimeters.has_joined,
    perimeters.has_left,
    member_quarters.*
from windows
inner join {{ ref('int_turnover__perimeter_quarters') }} as perimeters
    on
        windows.starts_on <= perimeters.starts_on
        and windows.ends_on >= perimeters.ends_on
inner join {{ ref('int_turnover__member_quarters') }} as member_quarters
    on
        perimeters.member_id = member_quarters.member_id
        and perimeters.quarter = member_quarters.quarter
