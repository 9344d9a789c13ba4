-- A creation belongs to the bodies that follow the project in the period; when support had ended before, to those that
-- had supported it and still declare it.
with

credited as (
    select
        followed.period,
        followed.perimeter,
        followed.member_id,
        followed.function_id,
        followed.siren,
        followed.project_id as entity_id,
        creations.creation_kind,
        creations.created_on,
        creations.source_ref,
        creations.row_number,
        rank() over (
            partition by followed.period, followed.project_id
            order by (case when followed.is_active then 0 else 1 end)
        ) as claim_rank
    from {{ ref('int_supported_projects__followed') }} as followed
    inner join {{ ref('int_periods') }} as periods on followed.period = periods.period
    inner join {{ ref('int_creations') }} as creations
        on
            followed.project_id = creations.project_id
            and followed.starts_on <= creations.created_on
            and followed.ends_on >= creations.created_on
)

select
    period,
    perimeter,
    member_id,
    function_id,
    siren,
    entity_id,
    creation_kind,
    created_on,
    source_ref,
    row_number
from credited
where claim_rank = 1
