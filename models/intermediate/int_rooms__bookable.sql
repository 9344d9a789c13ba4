-- Opening hours of each room and day, less public holidays and closures. A room's own row for a weekday replaces the
-- `*` row; several rows of one day (a lunch break) add up, and what they share counts once.
with

rooms as (
    select
        rooms.room_id,
        coalesce(rooms.opened_on, cast('0001-01-01' as date)) as opened_on,
        coalesce(rooms.closed_on, cast('9999-12-31' as date)) as closed_on
    from {{ source('register', 'rooms') }} as rooms
    -- a composed room leaves the denominator: its parts are there
    where rooms.room_id in (select parts.part_id from {{ ref('int_rooms__parts') }} as parts)
),

rules as (
    select
        room_id,
        weekday,
        row_number,
        {{ minute_of_day('opens_at') }} as opens_minute,
        -- a room that closes at 00:00 closes at the end of the day
        coalesce(nullif({{ minute_of_day('closes_at') }}, 0), 1440) as closes_minute,
        coalesce(valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ source('register', 'opening_hours') }}
),

closed_days as (
    select
        parts.part_id as room_id,
        closures.starts_on,
        closures.ends_on
    from {{ source('register', 'closures') }} as closures
    inner join {{ ref('int_rooms__parts') }} as parts
        on
            {{ same_pole('closures.room_id', 'parts.room_id') }}
            and ({{ local('closures.room_id') }} = '*' or closures.room_id = parts.room_id)
),

open_days as (
    select
        rooms.room_id,
        days.day_on,
        days.weekday
    from rooms
    inner join {{ ref('int_days') }} as days
        on days.day_on between rooms.opened_on and rooms.closed_on
    left join {{ source('register', 'public_holidays') }} as holidays
        on days.day_on = holidays.holiday_on and {{ same_pole('rooms.room_id', 'holidays.name') }}
    where
        holidays.holiday_on is null
        and not exists (
            select 1
            from closed_days
            where
                closed_days.room_id = rooms.room_id
                and days.day_on between closed_days.starts_on and closed_days.ends_on
        )
),

candidates as (
    select
        open_days.room_id,
        open_days.day_on,
        rules.row_number,
        rules.opens_minute,
        rules.closes_minute,
        case {{ local('rules.room_id') }} when '*' then 0 else 1 end as is_own,
        max(case {{ local('rules.room_id') }} when '*' then 0 else 1 end)
            over (partition by open_days.room_id, open_days.day_on) as has_own
    from open_days
    inner join rules
        on
            open_days.weekday = rules.weekday
            and {{ same_pole('rules.room_id', 'open_days.room_id') }}
            and ({{ local('rules.room_id') }} = '*' or rules.room_id = open_days.room_id)
            and open_days.day_on between rules.valid_from and rules.valid_to
),

openings as (
    select
        room_id,
        day_on,
        {{ local_to_utc(dbt.dateadd('minute', 'opens_minute', 'cast(day_on as timestamp)')) }} as starts_at,
        {{ local_to_utc(dbt.dateadd('minute', 'closes_minute', 'cast(day_on as timestamp)')) }} as ends_at,
        'register/opening_hours' as source_ref,
        row_number
    from candidates
    where is_own = has_own and closes_minute > opens_minute
),

merged as (
    {{ merge_intervals('openings', 'room_id, day_on') }}
)

select
    room_id,
    day_on,
    starts_at,
    ends_at,
    {{ dbt.datediff('starts_at', 'ends_at', 'second') }} as bookable_seconds,
    source_ref,
    row_number
from merged
