-- A member on any day of the quarter; the presence held on its last day of membership decides the presence perimeter.
-- Reaches one year further back than int_members__by_period, for year-on-year comparison.
with

quarters as (
    select * from {{ ref('int_quarters') }}
),

memberships as (
    select
        member_id,
        presence,
        joined_on,
        coalesce(left_on, cast('9999-12-31' as date)) as left_on
    from {{ source('register', 'memberships') }}
    where presence <> 'candidate'
),

overlapping as (
    select
        quarters.quarter,
        quarters.starts_on,
        quarters.ends_on,
        memberships.member_id,
        memberships.presence,
        row_number() over (
            partition by quarters.quarter, memberships.member_id
            order by
                least(memberships.left_on, quarters.ends_on) desc, memberships.joined_on desc, memberships.presence asc
        ) as recency
    from quarters
    inner join memberships
        on
            quarters.ends_on >= memberships.joined_on
            and quarters.starts_on <= memberships.left_on
),

held as (
    select
        overlapping.quarter,
        overlapping.starts_on,
        overlapping.ends_on,
        overlapping.presence,
        overlapping.member_id,
        members.siren,
        coalesce(members.function, 'unknown') as function_id
    from overlapping
    inner join {{ source('register', 'members') }} as members
        on overlapping.member_id = members.member_id
    where overlapping.recency = 1
)

select
    quarter, starts_on, ends_on, 'members' as perimeter, member_id, siren, function_id
from held
union all
select
    quarter,
    starts_on,
    ends_on,
    case presence when 'permanent_resident' then 'permanent_residents' else 'occasional_users' end as perimeter,
    member_id,
    siren,
    function_id
from held
