-- int_members__by_period quarter by quarter, one year further back for year-on-year comparison.
-- An enterprise registered under several ids keeps the first of them, the same in every quarter it is compared in.
-- has_joined, has_left: the membership began, or ended, inside the quarter.
{% set quarters_as_periods %}
    (select quarter as period, starts_on, ends_on from {{ ref('int_quarters') }}) as quarters
{% endset %}
with

members as (
    {{ members_of(quarters_as_periods) }}
),

ids as (
    select
        siren,
        min(member_id) as member_id
    from {{ source('register', 'members') }}
    group by 1
),

quarters as (
    select * from {{ ref('int_quarters') }}
),

held_on_first_day as (
    select distinct
        quarters.quarter,
        memberships.member_id
    from quarters
    inner join {{ source('register', 'memberships') }} as memberships
        on
            quarters.starts_on >= memberships.joined_on
            and quarters.starts_on <= coalesce(memberships.left_on, cast('9999-12-31' as date))
    where memberships.presence <> 'candidate'
)

select
    quarters.quarter,
    quarters.starts_on,
    quarters.ends_on,
    members.perimeter,
    ids.member_id,
    members.siren,
    max(members.function_id) as function_id,
    max(case when held_on_first_day.member_id is null then 1 else 0 end) = 1 as has_joined,
    max(case when members.basis = 'stock' then 1 else 0 end) = 0 as has_left
from members
inner join quarters on members.period = quarters.quarter
inner join ids on members.siren = ids.siren
left join held_on_first_day
    on
        members.period = held_on_first_day.quarter
        and members.member_id = held_on_first_day.member_id
group by 1, 2, 3, 4, 5, 6
