-- What counts as use of a room: confirmed bookings and no-shows (they held the room). The price category is that of the
-- membership held on the local day of the start; the log's own category serves only when the register does not know
-- the booker.
with

bookings as (
    select
        -- one line may hold several bookings: occurrences of an event, tuples of a dump
        concat(slice_id, '/', row_number, '/', row_number() over (
            partition by slice_id, row_number
            order by starts_at, ends_at, booking_ref, member_id, category, status, price_eur_net
        )) as booking_id,
        slice_id as source_ref,
        row_number,
        room_id,
        member_id,
        category as log_category,
        coalesce(status, 'confirmed') as status,
        starts_at,
        ends_at,
        cast({{ utc_to_local('starts_at') }} as date) as day_on,
        participants as participant_count,
        price_eur_net
    from {{ ref('stg_bookings__bookings') }}
    where coalesce(status, 'confirmed') in ('confirmed', 'no_show')
),

memberships as (
    select
        member_id,
        presence,
        joined_on,
        coalesce(left_on, cast('9999-12-31' as date)) as left_on
    from {{ source('register', 'memberships') }}
),

held as (
    select
        bookings.booking_id,
        memberships.presence,
        row_number() over (
            partition by bookings.booking_id order by memberships.joined_on desc, memberships.presence
        ) as recency
    from bookings
    inner join memberships
        on
            bookings.member_id = memberships.member_id
            and bookings.day_on between memberships.joined_on and memberships.left_on
            and memberships.presence <> 'candidate'
)

select
    bookings.booking_id,
    bookings.source_ref,
    bookings.row_number,
    bookings.room_id,
    bookings.member_id,
    members.siren,
    case
        when held.presence is not null then held.presence
        when bookings.member_id in (select memberships.member_id from memberships) then 'external'
        else coalesce(bookings.log_category, 'external')
    end as category,
    bookings.log_category,
    bookings.status,
    bookings.starts_at,
    bookings.ends_at,
    bookings.day_on,
    bookings.participant_count,
    bookings.price_eur_net
from bookings
left join held
    on bookings.booking_id = held.booking_id and held.recency = 1
left join {{ source('register', 'members') }} as members
    on bookings.member_id = members.member_id
