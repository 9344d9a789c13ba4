-- Every project told of for a period being published, from its own declarations or from later ones.
select
    period,
    starts_on,
    ends_on,
    project_id,
    max(case when is_declared_in_period then 1 else 0 end) as is_declared_in_period,
    max(case when mentions_creation then 1 else 0 end) as mentions_creation,
    max(case when has_member then 1 else 0 end) as has_member,
    min(case when has_member then threshold_on end) as threshold_on,
    min(project_threshold_on) as project_threshold_on
from {{ ref('int_supported_projects__told_rows') }}
group by period, starts_on, ends_on, project_id
