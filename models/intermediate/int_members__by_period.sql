-- flow: a member on any day of the period; its last day of membership in it decides the presence perimeter.
-- stock: a member on the last day of the period.
with

periods as (
    select * from {{ ref('int_periods') }}
),

members as (
    select * from {{ source('register', 'members') }}
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
        periods.period,
        memberships.member_id,
        memberships.presence,
        memberships.left_on >= periods.ends_on as is_member_at_end,
        row_number() over (
            partition by periods.period, memberships.member_id
            order by least(memberships.left_on, periods.ends_on) desc, memberships.joined_on desc, memberships.presence
        ) as recency
    from periods
    inner join memberships
        on
            periods.ends_on >= memberships.joined_on
            and periods.starts_on <= memberships.left_on
),

held as (
    select
        overlapping.period,
        overlapping.member_id,
        members.siren,
        coalesce(members.function, 'unknown') as function_id,
        overlapping.presence,
        overlapping.is_member_at_end
    from overlapping
    inner join members on overlapping.member_id = members.member_id
    where overlapping.recency = 1
),

bases as (
    select *, 'flow' as basis from held
    union all
    select *, 'stock' as basis from held
    where is_member_at_end
),

final as (
    select
        period, 'members' as perimeter, basis, member_id, siren, function_id
    from bases
    union all
    select
        period,
        case presence when 'permanent_resident' then 'permanent_residents' else 'occasional_users' end as perimeter,
        basis,
        member_id,
        siren,
        function_id
    from bases
)

select * from final
