-- A composed room is its parts, however deep; a room that names no known part is its own and only part.
with

rooms as (
    select
        room_id,
        replace(replace(coalesce(composed_of, ''), '; ', ';'), ' ;', ';') as listed_parts
    from {{ source('register', 'rooms') }}
),

compositions as (
    select
        composed.room_id as from_key,
        parts.room_id as to_key
    from rooms as composed
    inner join rooms as parts
        on
            composed.room_id <> parts.room_id
            and {{ same_pole('composed.room_id', 'parts.room_id') }}
            and {{ list_has('composed.listed_parts', 'parts.room_id') }}
),

links as (
    select * from compositions
    union all
    select
        room_id as from_key,
        room_id as to_key
    from rooms
),

reached as (
    {{ closure('links') }}
)

select
    from_key as room_id,
    to_key as part_id
from reached
where to_key not in (select compositions.from_key from compositions)
