-- Hours of each merged interval where they are shown: all rooms, one room, one category.
{% set figure = 'period, ' ~ pole_of('room_id') ~ ', dimension, item' %}
{% set order = 'room_id, interval_starts_at' %}
with

hours as (
    select
        periods.period,
        hours.room_id,
        hours.category,
        hours.interval_starts_at,
        hours.source_ref,
        hours.row_number,
        sum(hours.inside_seconds) as inside_seconds,
        sum(hours.outside_seconds) as outside_seconds
    from {{ ref('int_bookings__hours') }} as hours
    inner join {{ ref('int_periods') }} as periods
        on hours.day_on between periods.starts_on and periods.ends_on
    group by 1, 2, 3, 4, 5, 6
),

shown as (
    select
        *,
        'all' as dimension,
        'all' as item
    from hours
    where category = 'all'
    union all
    select
        *,
        'room' as dimension,
        room_id as item
    from hours
    where category = 'all'
    union all
    select
        *,
        'category' as dimension,
        category as item
    from hours
    where category <> 'all'
)

select
    period,
    dimension,
    item,
    room_id,
    interval_starts_at,
    source_ref,
    row_number,
    inside_seconds,
    outside_seconds,
    {{ hours_that_add_up('inside_seconds', figure, order) }} as inside_hours,
    {{ hours_that_add_up('outside_seconds', figure, order) }} as outside_hours
from shown
