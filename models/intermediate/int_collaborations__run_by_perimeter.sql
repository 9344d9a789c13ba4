with

projects as (
    select distinct
        period,
        period_starts_on,
        period_ends_on,
        project_id,
        quarter,
        project_kind,
        started_on,
        ended_on,
        sender_siren,
        source_ref,
        row_number
    from {{ ref('int_collaborations__run') }}
    where evidence_rank = 1
),

member_counts as (
    select
        period,
        project_id,
        count(distinct member_siren) as member_count
    from {{ ref('int_collaborations__run') }}
    group by period, project_id
)

select
    projects.period,
    perimeters.perimeter,
    projects.period_starts_on,
    projects.period_ends_on,
    projects.project_id as entity_id,
    projects.project_kind,
    projects.started_on,
    projects.ended_on,
    member_counts.member_count,
    projects.sender_siren as siren,
    projects.source_ref,
    projects.row_number
from projects
inner join member_counts
    on
        projects.period = member_counts.period
        and projects.project_id = member_counts.project_id
inner join {{ ref('int_collaborations__perimeters') }} as perimeters
    on
        projects.period = perimeters.period
        and projects.project_id = perimeters.project_id
        and projects.quarter = perimeters.quarter
