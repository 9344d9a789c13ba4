with

-- a quarter without any booking log says nothing: its bookable hours are not empty hours
logged_quarters as (
    select distinct
        {{ pole_of('slices.sender_id') }} as qualifier,
        quarters.starts_on,
        quarters.ends_on
    from {{ ref('int_quarters') }} as quarters
    inner join {{ ref('stg_record__slices') }} as slices on quarters.quarter = slices.quarter
    where slices.kind = 'bookings'
)

select
    periods.period,
    bookable.room_id,
    bookable.source_ref,
    bookable.row_number,
    sum(bookable.bookable_seconds) as bookable_seconds
from {{ ref('int_rooms__bookable') }} as bookable
inner join logged_quarters
    on
        {{ pole_of('bookable.room_id') }} = logged_quarters.qualifier
        and bookable.day_on between logged_quarters.starts_on and logged_quarters.ends_on
inner join {{ ref('int_periods') }} as periods
    on bookable.day_on between periods.starts_on and periods.ends_on
group by 1, 2, 3, 4
