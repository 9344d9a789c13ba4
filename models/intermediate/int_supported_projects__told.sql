-- Every project told of for a period being published, from its own declarations or from later ones.
select
    periods.period,
    periods.starts_on,
    periods.ends_on,
    declared.project_id,
    max(case when declared.quarter <= periods.last_quarter then 1 else 0 end) as is_declared_in_period,
    max(case when declared.creation_kind is not null or declared.created_on is not null then 1 else 0 end)
        as mentions_creation,
    max(case when members.member_id is not null then 1 else 0 end) as has_member,
    min(case when members.member_id is not null then bodies.threshold_on end) as threshold_on,
    min(bodies.project_threshold_on) as project_threshold_on
from {{ ref('int_periods') }} as periods
inner join {{ ref('int_supported_projects__identified') }} as declared on periods.first_quarter <= declared.quarter
left join {{ ref('int_members__by_period') }} as members
    on
        periods.period = members.period
        and declared.sender_siren = members.siren
        and members.perimeter = 'members'
        and members.basis = 'flow'
left join {{ ref('int_supported_projects__bodies') }} as bodies
    on
        declared.project_id = bodies.project_id
        and declared.sender_siren = bodies.sender_siren
where periods.is_current
group by periods.period, periods.starts_on, periods.ends_on, declared.project_id
