-- What becomes of every booking that starts in a period being published: its list price is in room_revenue, or why not.
with

periods as (
    select * from {{ ref('int_periods') }}
    where is_current
),

bookings as (
    select
        day_on,
        booking_id as entity_id,
        list_price_eur as amount_eur,
        case
            when list_price_eur is null then 'Aucun tarif pour cette salle et cette catégorie ce jour-là.'
        end as exclusion_reason_fr,
        true as is_effective
    from {{ ref('int_bookings__priced') }}
    union all
    select
        cast({{ utc_to_local('starts_at') }} as date) as day_on,
        concat(slice_id, '/', row_number, '/', status, '/', row_number() over (
            partition by slice_id, row_number, status
            order by starts_at, ends_at, booking_ref
        )) as entity_id,
        cast(null as decimal(18, 2)) as amount_eur,
        case status
            when 'cancelled' then 'La réservation est annulée.'
            when 'tentative' then 'La réservation n''est pas confirmée.'
        end as exclusion_reason_fr,
        false as is_effective
    from {{ ref('stg_bookings__bookings') }}
    where status not in ('confirmed', 'no_show')
)

select
    'room_revenue' as indicator_id,
    periods.period,
    bookings.entity_id,
    bookings.amount_eur,
    bookings.amount_eur is not null as is_included,
    bookings.exclusion_reason_fr,
    bookings.is_effective
from bookings
inner join periods on bookings.day_on between periods.starts_on and periods.ends_on
