-- Effective bookings, priced, whatever the period; hours over union are in int_bookings__hours.
select
    {{ pole_id('booking_id') }} as pole_id,
    booking_id,
    room_id,
    member_id,
    category,
    status,
    day_on,
    starts_at,
    ends_at,
    {{ hours(dbt.datediff('starts_at', 'ends_at', 'second')) }} as booked_hours,
    begun_hours,
    participant_count,
    list_price_eur,
    external_price_eur,
    price_eur_net
from {{ ref('int_bookings__priced') }}
