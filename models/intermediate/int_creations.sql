-- The first dated event wins, from earlier declarations too, and a takeover is an event: what follows is a change of
-- form, not a second creation. Bodies that differ on the same day: the later landed row speaks.
with

events as (
    select
        declared.*,
        max(case when declared.is_micro then 1 when not declared.is_micro then 0 end)
            over (partition by declared.project_id) as micro_flag,
        row_number() over (
            partition by declared.project_id
            order by declared.created_on, declared.landed_seq desc, declared.source_ref, declared.row_number
        ) as event_rank
    from {{ ref('int_supported_projects__identified') }} as declared
    where declared.creation_kind is not null and declared.created_on is not null
),

supported as (
    select distinct project_id from {{ ref('int_supported_projects__bodies') }}
)

select
    events.project_id,
    events.created_on,
    events.creation_kind,
    case events.micro_flag when 1 then 'true' when 0 then 'false' else 'unknown' end as is_micro,
    events.source_ref,
    events.row_number
from events
inner join supported on events.project_id = supported.project_id
where events.event_rank = 1
