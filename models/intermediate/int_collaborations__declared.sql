-- Where partners describe a project differently the lead's row wins, else the later landed. `lead_rank` 1: names itself
-- as lead; 2: named as lead by a partner.
with

declared as (
    select * from {{ ref('stg_declarations__collaborative_projects') }}
),

named_leads as (
    select distinct
        quarter,
        project_ref,
        lead_siren
    from declared
    where lead_siren is not null
),

ranked as (
    select
        declared.*,
        row_number() over (
            partition by declared.quarter, declared.project_ref
            order by
                (case
                    when declared.lead_siren = declared.sender_siren then 1
                    when named_leads.lead_siren is not null then 2
                    else 3
                end),
                declared.landed_seq desc,
                declared.slice_id,
                declared.row_number desc
        ) as lead_rank
    from declared
    left join named_leads
        on
            declared.quarter = named_leads.quarter
            and declared.project_ref = named_leads.project_ref
            and declared.sender_siren = named_leads.lead_siren
)

select
    project_ref,
    {{ hash_of('project_ref') }} as project_id,
    quarter,
    sender_siren,
    coalesce(kind, 'unknown') as project_kind,
    status,
    started_on,
    ended_on,
    partners,
    lead_siren,
    evidence_on,
    lead_rank,
    lead_rank = 1 as is_description,
    slice_id as source_ref,
    row_number
from ranked
