-- Supported projects counted once across the bodies that follow them; people only received are not here.
with projects as (
    select
        project_id,
        min(threshold_on) as threshold_on,
        cast(count(distinct sender_siren) as integer) as body_count
    from {{ ref('int_supported_projects__bodies') }}
    group by 1
)

select
    {{ pole_id('projects.project_id') }} as pole_id,
    projects.project_id,
    projects.threshold_on,
    projects.body_count,
    creations.creation_kind,
    creations.created_on,
    creations.is_micro
from projects
left join {{ ref('int_creations') }} as creations on projects.project_id = creations.project_id
