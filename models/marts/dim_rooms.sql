-- Rooms of the register; a composed room is booked as such, and counted by its parts.
with parts as (
    select
        room_id,
        cast(count(*) as integer) as part_count,
        max(case when part_id <> room_id then 1 else 0 end) = 1 as is_composed
    from {{ ref('int_rooms__parts') }}
    group by 1
)

select
    {{ pole_id('rooms.room_id') }} as pole_id,
    rooms.room_id,
    rooms.name as room_name,
    rooms.capacity as capacity_count,
    rooms.opened_on,
    rooms.closed_on,
    parts.is_composed,
    parts.part_count
from {{ source('register', 'rooms') }} as rooms
inner join parts on rooms.room_id = parts.room_id
