-- What becomes of every booking that lies in a period being published: some of it is in the hours, or why none is.
with

periods as (
    select * from {{ ref('int_periods') }}
    where is_current
),

pieces as (
    select
        periods.period,
        bookings.booking_id,
        parts.part_id as room_id,
        days.day_on,
        greatest(bookings.starts_at, days.starts_at) as starts_at,
        least(bookings.ends_at, days.ends_at) as ends_at
    from {{ ref('int_bookings__effective') }} as bookings
    inner join {{ ref('int_rooms__parts') }} as parts on bookings.room_id = parts.room_id
    inner join {{ ref('int_days') }} as days
        on bookings.starts_at < days.ends_at and bookings.ends_at > days.starts_at
    inner join periods on days.day_on between periods.starts_on and periods.ends_on
),

inside as (
    select
        pieces.period,
        pieces.booking_id,
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
    group by pieces.period, pieces.booking_id
),

held as (
    select
        pieces.period,
        pieces.booking_id as entity_id,
        coalesce(max(inside.inside_seconds), 0) > 0 as has_inside,
        coalesce(max(inside.inside_seconds), 0)
        < sum({{ dbt.datediff('pieces.starts_at', 'pieces.ends_at', 'second') }}) as has_outside,
        cast(null as {{ dbt.type_string() }}) as reason_fr
    from pieces
    left join inside
        on
            pieces.period = inside.period
            and pieces.booking_id = inside.booking_id
    group by pieces.period, pieces.booking_id
),

bookings as (
    select * from held
    union all
    -- those that held no room, as int_dispositions__rooms tells them
    select
        period,
        entity_id,
        false as has_inside,
        false as has_outside,
        exclusion_reason_fr as reason_fr
    from {{ ref('int_dispositions__rooms') }}
    where not is_effective
)

{% for indicator, column, reason in [
    ('booked_hours', 'has_inside', 'Entièrement hors des heures d\'\'ouverture : compté à part.'),
    ('after_hours', 'has_outside', 'Entièrement dans les heures d\'\'ouverture.'),
] %}
    select
        '{{ indicator }}' as indicator_id,
        period,
        entity_id,
        {{ column }} as is_included,
        case when not {{ column }} then coalesce(reason_fr, '{{ reason }}') end as exclusion_reason_fr
    from bookings
    {% if not loop.last %}union all{% endif %}
{% endfor %}
