-- Members and candidates without name or SIREN: an analyst's rows are joined by member_id.
with

days as (
    select max(ends_on) as as_of_on from {{ ref('int_periods') }}
    where is_current and period_kind = 'quarter'
),

memberships as (
    select
        memberships.member_id,
        memberships.presence,
        memberships.joined_on,
        memberships.left_on,
        row_number() over (
            partition by memberships.member_id
            order by
                case when memberships.joined_on <= days.as_of_on then 0 else 1 end,
                memberships.joined_on desc,
                memberships.row_number desc
        ) as recency
    from {{ source('register', 'memberships') }} as memberships
    cross join days
),

spans as (
    select
        member_id,
        min(case when presence <> 'candidate' then joined_on end) as first_joined_on
    from memberships
    group by 1
)

select
    {{ pole_id('members.member_id') }} as pole_id,
    members.member_id,
    coalesce(members.function, 'unknown') as function_id,
    members.legal_category as legal_category_code,
    members.naf_code,
    members.is_ess,
    members.is_cae,
    members.closing_month,
    memberships.presence,
    spans.first_joined_on,
    memberships.left_on
from {{ source('register', 'members') }} as members
left join memberships
    on members.member_id = memberships.member_id and memberships.recency = 1
left join spans on members.member_id = spans.member_id
