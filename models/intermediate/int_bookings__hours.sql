-- Union of the effective bookings of each room, then of each room and category (category `all` first): what two
-- bookings share counts once. Cut at local midnight, then measured against the opening hours of that day.
with

bookings as (
    select
        parts.part_id as room_id,
        bookings.category,
        bookings.starts_at,
        bookings.ends_at,
        bookings.source_ref,
        bookings.row_number
    from {{ ref('int_bookings__effective') }} as bookings
    inner join {{ ref('int_rooms__parts') }} as parts on bookings.room_id = parts.room_id
),

scopes as (
    select
        room_id,
        'all' as category,
        starts_at,
        ends_at,
        source_ref,
        row_number
    from bookings
    union all
    select
        room_id,
        category,
        starts_at,
        ends_at,
        source_ref,
        row_number
    from bookings
),

merged as (
    {{ merge_intervals('scopes', 'room_id, category') }}
),

pieces as (
    select
        merged.room_id,
        merged.category,
        merged.starts_at as interval_starts_at,
        days.day_on,
        greatest(merged.starts_at, days.starts_at) as starts_at,
        least(merged.ends_at, days.ends_at) as ends_at,
        merged.source_ref,
        merged.row_number
    from merged
    inner join {{ ref('int_days') }} as days
        on merged.starts_at < days.ends_at and merged.ends_at > days.starts_at
),

inside as (
    select
        pieces.room_id,
        pieces.category,
        pieces.starts_at,
        sum({{ dbt.datediff(
            'greatest(pieces.starts_at, bookable.starts_at)', 'least(pieces.ends_at, bookable.ends_at)', 'second'
        ) }}) as inside_seconds
    from pieces
    inner join {{ ref('int_rooms__bookable') }} as bookable
        on
            pieces.room_id = bookable.room_id
            and pieces.day_on = bookable.day_on
            and pieces.starts_at < bookable.ends_at
            and pieces.ends_at > bookable.starts_at
    group by pieces.room_id, pieces.category, pieces.starts_at
)

select
    pieces.room_id,
    pieces.category,
    pieces.interval_starts_at,
    pieces.day_on,
    pieces.starts_at,
    pieces.ends_at,
    coalesce(inside.inside_seconds, 0) as inside_seconds,
    {{ dbt.datediff('pieces.starts_at', 'pieces.ends_at', 'second') }}
    - coalesce(inside.inside_seconds, 0) as outside_seconds,
    pieces.source_ref,
    pieces.row_number
from pieces
left join inside
    on
        pieces.room_id = inside.room_id
        and pieces.category = inside.category
        and pieces.starts_at = inside.starts_at
