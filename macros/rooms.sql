{# Least price that covers a number of begun hours with whole hours, half days (4 h) and days (8 h); null when the room
   has no price. As 1 divides 4 and 4 divides 8, covering whole days first, then whole half days, is always cheapest:
   half_day_cost and day_cost are the least that any units take to cover 4 and 8 hours. #}
{% macro cheapest_cover(hours, hour_eur, half_day_cost, day_cost) -%}
    cast(floor({{ hours }} / 8) as integer) * {{ day_cost }}
    + case
        when {{ hours }} % 8 = 0 then 0
        when {{ hours }} % 8 <= 4 then least({{ half_day_cost }}, ({{ hours }} % 8) * {{ hour_eur }})
        else least(
            {{ day_cost }},
            {{ half_day_cost }} + least({{ half_day_cost }}, ({{ hours }} % 8 - 4) * {{ hour_eur }})
        )
    end
{%- endmacro %}

{# Criteria made of booking amounts: by room as booked, by category, and whole. `amount` is null for a booking without
   price: a room with such bookings lowers the coverage, and a figure made of them alone is empty. #}
{% macro booking_amount_figures(indicator_id, amount, condition='true') %}
with

bookings as (
    select
        periods.period,
        priced.*,
        {{ amount }} as amount_eur
    from {{ ref('int_bookings__priced') }} as priced
    inner join {{ ref('int_periods') }} as periods
        on priced.day_on between periods.starts_on and periods.ends_on
    where {{ condition }}
),

shown as (
    select *, 'all' as dimension, 'all' as item from bookings
    union all
    select *, 'room' as dimension, room_id as item from bookings
    union all
    select *, 'category' as dimension, category as item from bookings
),

contributions as (
    select
        period,
        {{ qualified('room_id', "'pole'") }} as perimeter,
        dimension,
        item,
        booking_id as entity_id,
        siren,
        source_ref,
        row_number,
        amount_eur as contribution
    from shown
),

unpriced as (
    select distinct
        bookings.period,
        parts.part_id as room_id
    from bookings
    inner join {{ ref('int_rooms__parts') }} as parts on bookings.room_id = parts.room_id
    where bookings.amount_eur is null
),

frames as (
    select
        coverage.period,
        coverage.perimeter,
        coverage.dimension,
        coverage.item,
        coverage.expected_count,
        cast(coverage.answered_count - coalesce(missing.room_count, 0) as integer) as answered_count
    from {{ ref('int_rooms__coverage') }} as coverage
    left join (
        select
            unpriced.period,
            shown_rooms.perimeter,
            shown_rooms.dimension,
            shown_rooms.item,
            count(*) as room_count
        from unpriced
        inner join (
            select period, perimeter, item as room_id, 'room' as dimension, item, answered_count
            from {{ ref('int_rooms__coverage') }}
            where dimension = 'room'
            union all
            select period, perimeter, item as room_id, 'all' as dimension, 'all' as item, answered_count
            from {{ ref('int_rooms__coverage') }}
            where dimension = 'room'
        ) as shown_rooms
            on
                unpriced.period = shown_rooms.period
                and unpriced.room_id = shown_rooms.room_id
                and shown_rooms.answered_count = 1
        group by 1, 2, 3, 4
    ) as missing
        on
            coverage.period = missing.period
            and coverage.perimeter = missing.perimeter
            and coverage.dimension = missing.dimension
            and coverage.item = missing.item
)

{{ additive_figures(
    indicator_id, frames='frames', unknown_reason='Aucun tarif pour ces réservations.',
    nobody_reason='Aucune salle ouverte.'
) }}
{% endmacro %}
