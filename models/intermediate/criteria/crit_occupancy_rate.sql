-- Booked hours inside the opening hours over bookable hours; by category, the bookable hours are those of all rooms.
with

booked as (
    select * from {{ ref('int_bookings__hours_by_period') }}
    where inside_seconds > 0
),

-- a quarter without any booking log says nothing: its bookable hours are not empty hours
logged_quarters as (
    select
        quarters.starts_on,
        quarters.ends_on
    from {{ ref('int_quarters') }} as quarters
    where quarters.quarter in (
        select slices.quarter from {{ ref('stg_record__slices') }} as slices
        where slices.kind = 'bookings'
    )
),

bookable as (
    select
        periods.period,
        bookable.room_id,
        bookable.source_ref,
        bookable.row_number,
        sum(bookable.bookable_seconds) as bookable_seconds
    from {{ ref('int_rooms__bookable') }} as bookable
    inner join logged_quarters
        on bookable.day_on between logged_quarters.starts_on and logged_quarters.ends_on
    inner join {{ ref('int_periods') }} as periods
        on bookable.day_on between periods.starts_on and periods.ends_on
    group by 1, 2, 3, 4
),

shown as (
    select
        period,
        'all' as dimension,
        'all' as item,
        cast(null as {{ dbt.type_string() }}) as only_room_id
    from {{ ref('int_periods') }}
    union all
    select
        period,
        dimension,
        item,
        item as only_room_id
    from {{ ref('int_rooms__coverage') }}
    where dimension = 'room' and answered_count > 0
    union
    select
        period,
        dimension,
        item,
        item as only_room_id
    from booked
    where dimension = 'room'
    union all
    select distinct
        period,
        dimension,
        item,
        cast(null as {{ dbt.type_string() }}) as only_room_id
    from booked
    where dimension = 'category'
),

contributions as (
    select
        period,
        'pole' as perimeter,
        dimension,
        item,
        room_id as entity_id,
        cast(null as {{ dbt.type_string() }}) as siren,
        source_ref,
        row_number,
        inside_hours as numerator,
        cast(null as decimal(24, 10)) as denominator
    from booked
    union all
    select
        bookable.period,
        'pole' as perimeter,
        shown.dimension,
        shown.item,
        bookable.room_id as entity_id,
        cast(null as {{ dbt.type_string() }}) as siren,
        bookable.source_ref,
        bookable.row_number,
        cast(null as decimal(24, 10)) as numerator,
        {{ hours('bookable.bookable_seconds') }} as denominator
    from bookable
    inner join shown
        on
            bookable.period = shown.period
            and (shown.only_room_id is null or bookable.room_id = shown.only_room_id)
),

frames as (
    select * from {{ ref('int_rooms__coverage') }}
)

{{ rate_figures('occupancy_rate', frames='frames', nobody_reason='Aucune salle ouverte.') }}
