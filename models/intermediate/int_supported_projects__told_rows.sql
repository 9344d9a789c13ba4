-- Every row that tells of a project from a period being published on, with what its body is and did in that period.
select
    periods.period,
    periods.starts_on,
    periods.ends_on,
    declared.project_id,
    declared.file_id,
    declared.quarter <= periods.last_quarter as is_declared_in_period,
    declared.creation_kind is not null or declared.created_on is not null as mentions_creation,
    members.member_id is not null as has_member,
    bodies.threshold_on,
    bodies.project_threshold_on
from {{ ref('int_periods') }} as periods
inner join {{ ref('int_supported_projects__identified') }} as declared on periods.first_quarter <= declared.quarter
left join {{ ref('int_members__by_period') }} as members
    on
        periods.period = members.period
        and declared.sender_siren = members.siren
        and {{ local('members.perimeter') }} = 'members'
        and members.basis = 'flow'
left join {{ ref('int_supported_projects__bodies') }} as bodies
    on
        declared.project_id = bodies.project_id
        and declared.sender_siren = bodies.sender_siren
where periods.is_current
