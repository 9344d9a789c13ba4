-- Each effective booking at the price list of its category and at that of external clients, valid on its day: units
-- begun are whole, a room's own row replaces the `*` row of the same unit, the latest valid_from wins.
-- A booking is priced for itself, even when it overlaps another, and a composed room at its own price.
with

bookings as (
    select
        *,
        cast(ceil({{ dbt.datediff('starts_at', 'ends_at', 'second') }} / 3600.0) as integer) as begun_hours
    from {{ ref('int_bookings__effective') }}
),

asked as (
    select
        booking_id,
        room_id,
        day_on,
        category
    from bookings
    union
    select
        booking_id,
        room_id,
        day_on,
        'external' as category
    from bookings
),

candidates as (
    select
        asked.booking_id,
        asked.category,
        prices.unit,
        prices.amount_eur_net,
        row_number() over (
            partition by asked.booking_id, asked.category, prices.unit
            order by
                case {{ local('prices.room_id') }} when '*' then 1 else 0 end,
                coalesce(prices.valid_from, cast('0001-01-01' as date)) desc,
                prices.row_number
        ) as preference
    from asked
    inner join {{ source('register', 'price_list') }} as prices
        on
            {{ same_pole('prices.room_id', 'asked.room_id') }}
            and ({{ local('prices.room_id') }} = '*' or prices.room_id = asked.room_id)
            and asked.category = prices.category
            and asked.day_on >= coalesce(prices.valid_from, cast('0001-01-01' as date))
            and asked.day_on <= coalesce(prices.valid_to, cast('9999-12-31' as date))
),

units as (
    select
        booking_id,
        category,
        max(case unit when 'hour' then amount_eur_net end) as hour_eur,
        max(case unit when 'half_day' then amount_eur_net end) as half_day_eur,
        max(case unit when 'day' then amount_eur_net end) as day_eur
    from candidates
    where preference = 1
    group by 1, 2
),

block_costs as (
    select
        *,
        least(half_day_eur, 4 * hour_eur, day_eur) as half_day_cost,
        least(day_eur, 2 * least(half_day_eur, 4 * hour_eur)) as day_cost
    from units
),

costs as (
    select
        bookings.booking_id,
        block_costs.category,
        cast(
            {{ cheapest_cover(
                'bookings.begun_hours', 'block_costs.hour_eur', 'block_costs.half_day_cost', 'block_costs.day_cost'
            ) }} as decimal(18, 2)
        ) as amount_eur
    from bookings
    inner join block_costs on bookings.booking_id = block_costs.booking_id
)

select
    bookings.*,
    applied.amount_eur as list_price_eur,
    market.amount_eur as external_price_eur
from bookings
left join costs as applied
    on bookings.booking_id = applied.booking_id and bookings.category = applied.category
left join costs as market
    on bookings.booking_id = market.booking_id and market.category = 'external'
