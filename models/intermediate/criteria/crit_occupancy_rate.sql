-- Booked hours inside the opening hours over bookable hours; by category, the bookable hours are those of all rooms.
with

booked as (
    select * from {{ ref('int_bookings__hours_by_period') }}
    where inside_seconds > 0
),

bookable as (
    select * from {{ ref('int_rooms__bookable_by_period') }}
),

shown as (
    select
        periods.period,
        poles.qualifier,
        'all' as dimension,
        'all' as item,
        cast(null as {{ dbt.type_string() }}) as only_room_id
    from {{ ref('int_periods') }} as periods
    cross join {{ poles() }} as poles
    union all
    select
        period,
        {{ pole_of('item') }} as qualifier,
        dimension,
        item,
        item as only_room_id
    from {{ ref('int_rooms__coverage') }}
    where dimension = 'room' and answered_count > 0
    union
    select
        period,
        {{ pole_of('item') }} as qualifier,
        dimension,
        item,
        item as only_room_id
    from booked
    where dimension = 'room'
    union all
    select distinct
        period,
        {{ pole_of('room_id') }} as qualifier,
        dimension,
        item,
        cast(null as {{ dbt.type_string() }}) as only_room_id
    from booked
    where dimension = 'category'
),

contributions as (
    select
        period,
        {{ qualified('room_id', "'pole'") }} as perimeter,
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
        concat(shown.qualifier, 'pole') as perimeter,
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
            and {{ pole_of('bookable.room_id') }} = shown.qualifier
            and (shown.only_room_id is null or bookable.room_id = shown.only_room_id)
),

frames as (
    select * from {{ ref('int_rooms__coverage') }}
)

{{ rate_figures('occupancy_rate', frames='frames', nobody_reason='Aucune salle ouverte.') }}
