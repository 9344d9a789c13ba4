-- Files of several bodies are linked when they share a holder and a title; links chain, so that a project with two
-- holders joins the files of each. Without a known holder a file is its sender's own project.
with

declared as (
    select
        slice_id as source_ref,
        row_number,
        landed_seq,
        sender_siren,
        quarter,
        concat(sender_siren, '|', project_ref) as file_key,
        case when holder_pid <> '' and title_key <> '' then concat(holder_pid, '|', title_key) end as holder_key,
        support_threshold_on,
        ended_on,
        creation_kind,
        created_on,
        is_micro,
        checked_on,
        activity_status
    from {{ ref('stg_declarations__supported_projects') }}
),

links as (
    select
        file_key as from_key,
        file_key as to_key
    from declared
    union
    select
        one.file_key as from_key,
        other.file_key as to_key
    from declared as one
    inner join declared as other on one.holder_key = other.holder_key
),

reached as (
    {{ closure('links') }}
),

projects as (
    select
        from_key as file_key,
        min(to_key) as project_key
    from reached
    group by 1
)

select
    {{ hash_of('projects.project_key') }} as project_id,
    {{ hash_of('declared.file_key') }} as file_id,
    declared.source_ref,
    declared.row_number,
    declared.landed_seq,
    declared.sender_siren,
    declared.quarter,
    declared.support_threshold_on,
    declared.ended_on,
    declared.creation_kind,
    declared.created_on,
    declared.is_micro,
    declared.checked_on,
    declared.activity_status
from declared
inner join projects on declared.file_key = projects.file_key
