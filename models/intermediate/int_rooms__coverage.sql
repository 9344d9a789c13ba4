-- expected: rooms open in the period, parts standing for composed rooms; answered: those for which a booking log was
-- received for each quarter in which they were open.
with

rooms as (
    select
        rooms.room_id,
        coalesce(rooms.opened_on, cast('0001-01-01' as date)) as opened_on,
        coalesce(rooms.closed_on, cast('9999-12-31' as date)) as closed_on
    from {{ source('register', 'rooms') }} as rooms
    where rooms.room_id in (select parts.part_id from {{ ref('int_rooms__parts') }} as parts)
),

logs as (
    select distinct
        parts.part_id as room_id,
        slices.quarter
    from {{ ref('stg_record__slices') }} as slices
    inner join {{ ref('int_rooms__parts') }} as parts on slices.sender_id = parts.room_id
    where slices.kind = 'bookings'
),

asked as (
    select
        periods.period,
        rooms.room_id,
        case when count(logs.room_id) = count(*) then 1 else 0 end as has_answered
    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_quarters') }} as quarters
        on periods.starts_on <= quarters.starts_on and periods.ends_on >= quarters.ends_on
    inner join rooms
        on quarters.starts_on <= rooms.closed_on and quarters.ends_on >= rooms.opened_on
    left join logs
        on rooms.room_id = logs.room_id and quarters.quarter = logs.quarter
    group by 1, 2
)

select
    periods.period,
    concat(poles.qualifier, 'pole') as perimeter,
    'all' as dimension,
    'all' as item,
    cast(count(asked.room_id) as integer) as expected_count,
    cast(coalesce(sum(asked.has_answered), 0) as integer) as answered_count
from {{ ref('int_periods') }} as periods
cross join {{ poles() }} as poles
left join asked on periods.period = asked.period and {{ pole_of('asked.room_id') }} = poles.qualifier
group by 1, 2
union all
select
    period,
    {{ qualified('room_id', "'pole'") }} as perimeter,
    'room' as dimension,
    room_id as item,
    1 as expected_count,
    has_answered as answered_count
from asked
