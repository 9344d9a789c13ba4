-- Bookings marked as no-show over effective bookings, by the local day of their start; in a composed room too, one
-- booking is one.
with

contributions as (
    select
        periods.period,
        {{ qualified('bookings.room_id', "'pole'") }} as perimeter,
        'all' as dimension,
        'all' as item,
        bookings.booking_id as entity_id,
        bookings.siren,
        bookings.source_ref,
        bookings.row_number,
        case bookings.status when 'no_show' then 1 else 0 end as numerator,
        1 as denominator
    from {{ ref('int_bookings__effective') }} as bookings
    inner join {{ ref('int_periods') }} as periods
        on bookings.day_on between periods.starts_on and periods.ends_on
),

frames as (
    select * from {{ ref('int_rooms__coverage') }}
    where dimension = 'all'
)

{{ rate_figures('no_show_rate', frames='frames', nobody_reason='Aucune salle ouverte.') }}
