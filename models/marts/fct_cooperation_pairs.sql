-- The pairs that network_density counts, with their number of distinct projects.
with

members as (
    select
        period,
        siren,
        min(member_id) as member_id
    from {{ ref('int_members__by_period') }}
    where basis = 'flow' and {{ local('perimeter') }} = 'members'
    group by 1, 2
),

runs as (
    select * from {{ ref('int_collaborations__run') }}
)

select
    {{ pole_id('one.project_id') }} as pole_id,
    one.period,
    least(one_members.member_id, other_members.member_id) as one_member_id,
    greatest(one_members.member_id, other_members.member_id) as other_member_id,
    cast(count(distinct one.project_id) as integer) as project_count
from runs as one
inner join runs as other
    on
        one.period = other.period
        and one.project_id = other.project_id
        and one.quarter = other.quarter
        and one.evidence_on = other.evidence_on
        and one.member_siren < other.member_siren
inner join members as one_members
    on
        one.period = one_members.period
        and one.member_siren = one_members.siren
inner join members as other_members
    on
        other.period = other_members.period
        and other.member_siren = other_members.siren
group by 1, 2, 3, 4
