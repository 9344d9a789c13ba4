-- Every enterprise of the register, candidates included, in every quarter: what is known, or why nothing is.
with

members as (
    select
        members.member_id,
        members.siren,
        coalesce(members.closing_month, 12) as closing_month
    from {{ source('register', 'members') }} as members
),

observations as (
    select * from {{ ref('int_turnover__observations') }}
),

chosen as (
    select * from {{ ref('int_turnover__chosen_amounts') }}
),

told as (
    select
        members.member_id,
        quarters.quarter,
        max(case when observations.quarter = quarters.quarter then 1 else 0 end) as has_quarter_row,
        max(case when observations.quarter is null then 1 else 0 end) as has_longer_row
    from members
    inner join observations on members.member_id = observations.member_id
    inner join {{ ref('int_quarters') }} as quarters
        on
            observations.starts_on <= quarters.ends_on
            and observations.ends_on >= quarters.starts_on
    group by 1, 2
),

unfinished as (
    select distinct
        files.siren,
        quarters.quarter
    from {{ ref('stg_revenue__fec_files') }} as files
    inner join {{ ref('int_quarters') }} as quarters
        on
            files.first_entry_on <= quarters.ends_on
            and files.last_entry_on >= quarters.starts_on
),

-- an empty sheet in a filled form is an answer of nothing
empty_answers as (
    select distinct
        slices.sender_siren as siren,
        slices.quarter
    from {{ source('record', 'slices') }} as slices
    where
        slices.is_active
        and slices.kind = 'activity'
        and coalesce(slices.rows_read, 0) = 0
        and slices.slice_id not in (
            select activity.slice_id from {{ ref('stg_declarations__activity') }} as activity
        )
)

select
    members.member_id,
    members.siren,
    quarters.quarter,
    quarters.starts_on,
    quarters.ends_on,
    chosen.net_turnover_eur,
    chosen.operating_income_eur,
    chosen.public_income_eur,
    chosen.source_kind,
    coalesce(chosen.is_ledger, false) as is_ledger,
    chosen.source_ref,
    chosen.row_number,
    chosen.net_turnover_eur is not null as is_known,
    chosen.net_turnover_eur is not null or empty_answers.siren is not null as has_answered,
    case
        when chosen.net_turnover_eur is not null then null
        when unfinished.siren is not null then 'fec_incomplete'
        when told.has_quarter_row = 1 then 'turnover_left_blank'
        when told.has_longer_row = 1 then 'longer_period_only'
        when empty_answers.siren is not null then 'empty_answer'
        else 'silent'
    end as missing_reason,
    -- accounts opened in 2025 or later follow the new chart: 79 is gone, re-invoiced costs move to 708
    extract(year from quarters.ends_on) - case
        when extract(month from quarters.ends_on) > members.closing_month or members.closing_month = 12 then 0 else 1
    end >= 2025 as is_chart_2025
from members
cross join {{ ref('int_quarters') }} as quarters
left join chosen
    on
        members.member_id = chosen.member_id
        and quarters.quarter = chosen.quarter
left join told
    on
        members.member_id = told.member_id
        and quarters.quarter = told.quarter
left join unfinished
    on
        members.siren = unfinished.siren
        and quarters.quarter = unfinished.quarter
left join empty_answers
    on
        members.siren = empty_answers.siren
        and quarters.quarter = empty_answers.quarter
