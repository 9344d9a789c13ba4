-- One row per joint bid: submitted at its first evidence, whatever its later fate; won in the quarter that first says
-- so.
with

declared as (
    select * from {{ ref('int_collaborations__declared') }}
),

descriptions as (
    select
        project_id,
        quarter,
        status,
        sender_siren,
        source_ref,
        row_number
    from declared
    where is_description and project_kind = 'joint_bid' and status in ('submitted', 'won', 'lost')
),

-- the lead's date, else a partner's
submissions as (
    select
        declared.project_id,
        declared.quarter,
        declared.evidence_on as reported_on,
        declared.sender_siren,
        declared.source_ref,
        declared.row_number,
        row_number() over (
            partition by declared.project_id, declared.quarter
            order by declared.lead_rank
        ) as evidence_rank
    from declared
    inner join descriptions
        on
            declared.project_id = descriptions.project_id
            and declared.quarter = descriptions.quarter
    where declared.evidence_on is not null
),

reports as (
    select
        'submitted' as step,
        project_id,
        quarter,
        {{ quarter_of('reported_on') }} as counted_quarter,
        sender_siren,
        source_ref,
        row_number
    from submissions
    where evidence_rank = 1
    union all
    select
        'won' as step,
        project_id,
        quarter,
        quarter as counted_quarter,
        sender_siren,
        source_ref,
        row_number
    from descriptions
    where status = 'won'
),

ranked as (
    select
        *,
        row_number() over (partition by step, project_id order by counted_quarter, quarter) as report_rank
    from reports
)

select
    periods.period,
    perimeters.perimeter,
    ranked.step,
    ranked.project_id as entity_id,
    ranked.sender_siren as siren,
    ranked.source_ref,
    ranked.row_number
from ranked
inner join {{ ref('int_periods') }} as periods
    on
        periods.first_quarter <= ranked.counted_quarter
        and periods.last_quarter >= ranked.counted_quarter
inner join {{ ref('int_collaborations__perimeters') }} as perimeters
    on
        periods.period = perimeters.period
        and ranked.project_id = perimeters.project_id
        and ranked.quarter = perimeters.quarter
where ranked.report_rank = 1
