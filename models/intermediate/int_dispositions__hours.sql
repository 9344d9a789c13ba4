-- What becomes of every booking that lies in a period being published: some of it is in the hours, or why none is; and
-- of every room: its bookable hours are under the occupancy rate, or why not.
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

bookable as (
    select
        period,
        room_id,
        sum(bookable_seconds) as bookable_seconds
    from {{ ref('int_rooms__bookable_by_period') }}
    group by period, room_id
),

-- poles of which a log was received for the period
logged as (
    select distinct
        period,
        {{ pole_of('room_id') }} as qualifier
    from bookable
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
    where indicator_id = 'room_revenue' and not is_effective
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
        case when {{ column }} then 1 end as contribution,
        case when not {{ column }} then coalesce(reason_fr, '{{ reason }}') end as exclusion_reason_fr
    from bookings
    union all
{% endfor %}
select
    'occupancy_rate' as indicator_id,
    periods.period,
    rooms.room_id as entity_id,
    bookable.room_id is not null as is_included,
    {{ hours('bookable.bookable_seconds') }} as contribution,
    case
        when bookable.room_id is not null then null
        when rooms.room_id not in (select parts.part_id from {{ ref('int_rooms__parts') }} as parts)
            then 'Salle composée : comptée par ses parties.'
        when logged.period is null
            then 'Aucun journal de réservations reçu pour la période, ou aucune salle ouverte.'
        else 'Aucune heure d''ouverture de cette salle dans la période.'
    end as exclusion_reason_fr
from periods
cross join {{ source('register', 'rooms') }} as rooms
left join bookable on periods.period = bookable.period and rooms.room_id = bookable.room_id
left join logged on periods.period = logged.period and {{ pole_of('rooms.room_id') }} = logged.qualifier
