-- A composed room is its parts, however deep; a room that names no known part is its own and only part.
with recursive

rooms as (
    select
        room_id,
        replace(replace(coalesce(composed_of, ''), '; ', ';'), ' ;', ';') as listed_parts
    from {{ source('register', 'rooms') }}
),

compositions as (
    select
        composed.room_id,
        parts.room_id as part_id
    from rooms as composed
    inner join rooms as parts
        on
            composed.room_id <> parts.room_id
            and {{ list_has('composed.listed_parts', 'parts.room_id') }}
),

-- `union` and not `union all`: rooms that would be composed of each other end the search
reached as (
    select
        room_id,
        room_id as part_id
    from rooms
    union
    select
        reached.room_id,
        compositions.part_id
    from reached
    inner join compositions on reached.part_id = compositions.room_id
)

select
    room_id,
    part_id
from reached
where part_id not in (select compositions.room_id from compositions)
