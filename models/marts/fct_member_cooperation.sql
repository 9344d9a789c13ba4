-- Who cooperates and who stands alone: the nodes of the network whose edges are fct_cooperation_pairs.
with

partners as (
    select
        period,
        one_member_id as member_id,
        other_member_id as partner_member_id
    from {{ ref('fct_cooperation_pairs') }}
    union all
    select
        period,
        other_member_id as member_id,
        one_member_id as partner_member_id
    from {{ ref('fct_cooperation_pairs') }}
),

members as (
    select
        members.period,
        members.member_id,
        coverage.answered_count = 1 as has_answered
    from {{ ref('int_members__by_period') }} as members
    inner join {{ ref('int_coverage') }} as coverage
        on
            members.period = coverage.period
            and members.member_id = coverage.item
            and {{ local('coverage.perimeter') }} = 'members'
            and coverage.dimension = 'member'
            and coverage.basis = 'flow'
            and coverage.answer_kind = 'collaborative_projects'
    where {{ local('members.perimeter') }} = 'members' and members.basis = 'flow'
)

select
    {{ pole_id('members.member_id') }} as pole_id,
    members.period,
    members.member_id,
    members.has_answered,
    cast(count(partners.partner_member_id) as integer) as partner_count,
    count(partners.partner_member_id) = 0 as is_isolated
from members
left join partners on members.period = partners.period and members.member_id = partners.member_id
group by members.period, members.member_id, members.has_answered
