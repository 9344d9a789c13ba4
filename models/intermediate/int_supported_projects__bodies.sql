-- People only received have no threshold with anybody and appear nowhere downstream.
with

thresholds as (
    select
        project_id,
        sender_siren,
        support_threshold_on as threshold_on,
        source_ref,
        row_number,
        row_number() over (
            partition by project_id, sender_siren
            order by support_threshold_on, quarter, source_ref, row_number
        ) as threshold_rank
    from {{ ref('int_supported_projects__identified') }}
    where support_threshold_on is not null
)

select
    project_id,
    sender_siren,
    threshold_on,
    min(threshold_on) over (partition by project_id) as project_threshold_on,
    source_ref,
    row_number
from thresholds
where threshold_rank = 1
