-- Posts as declared, each with a working time. A CESA may come without one, for its time is often not measurable: the
-- hours paid in the quarter stand for it, over those of a full time for the days of the quarter on which it was open.
with

full_time as (
    select
        quarters.quarter,
        quarters.starts_on,
        quarters.ends_on,
        cast(bases.hours_per_fte as double) / 4
        / ({{ dbt.datediff('quarters.starts_on', 'quarters.ends_on', 'day') }} + 1) as hours_per_day
    from {{ ref('int_quarters') }} as quarters
    inner join {{ ref('fte_bases') }} as bases on bases.rule_id = 'full_time'
),

open_days as (
    select
        posts.*,
        full_time.hours_per_day,
        {{ dbt.datediff(
            'greatest(posts.started_on, full_time.starts_on)',
            'least(coalesce(posts.ended_on, full_time.ends_on), full_time.ends_on)',
            'day'
        ) }} + 1 as open_day_count
    from {{ ref('stg_declarations__posts') }} as posts
    left join full_time on posts.quarter = full_time.quarter
)

select
    slice_id,
    row_number,
    landed_seq,
    sender_siren,
    quarter,
    post_ref,
    employer_siren,
    contract_kind,
    category,
    started_on,
    ended_on,
    cast(case
        when working_time is not null or contract_kind <> 'cesa' or paid_hours is null then working_time
        when open_day_count <= 0 then 0
        else least(round(cast(paid_hours as double) / (hours_per_day * open_day_count), 6), 1)
    end as decimal(9, 6)) as working_time,
    paid_hours,
    project_ref,
    project_share
from open_days
