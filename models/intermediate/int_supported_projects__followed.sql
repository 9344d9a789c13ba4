-- What a body says of a project for a period: its last declaration inside the period, else (a late one) its last since.
-- Nothing is carried forward: declarations for earlier quarters say nothing of this one.
with

periods as (
    select
        period,
        starts_on,
        ends_on,
        first_quarter,
        last_quarter
    from {{ ref('int_periods') }}
    union
    select
        period,
        starts_on,
        ends_on,
        period as first_quarter,
        period as last_quarter
    from {{ ref('int_cohorts') }}
),

members as (
    select * from {{ ref('int_members__by_period') }}
    where basis = 'flow'
    union
    select * from {{ ref('int_members__by_cohort') }}
    where basis = 'flow'
),

files as (
    select
        periods.period,
        periods.starts_on,
        periods.ends_on,
        declared.*,
        declared.quarter <= periods.last_quarter as is_declared_in_period,
        rank() over (
            partition by periods.period, declared.file_id
            order by (case when declared.quarter <= periods.last_quarter then 0 else 1 end), declared.quarter desc
        ) as recency
    from periods
    inner join {{ ref('int_supported_projects__identified') }} as declared
        on declared.quarter >= periods.first_quarter
),

supported as (
    select
        files.*,
        bodies.threshold_on,
        bodies.project_threshold_on,
        coalesce(files.ended_on, files.starts_on) >= files.starts_on as is_active
    from files
    inner join {{ ref('int_supported_projects__bodies') }} as bodies
        on
            files.project_id = bodies.project_id
            and files.sender_siren = bodies.sender_siren
            and files.ends_on >= bodies.threshold_on
    where files.recency = 1
)

select
    supported.period,
    supported.starts_on,
    supported.ends_on,
    members.perimeter,
    members.member_id,
    members.function_id,
    members.siren,
    supported.project_id,
    supported.file_id,
    supported.threshold_on,
    supported.project_threshold_on,
    supported.is_active,
    supported.is_declared_in_period,
    supported.source_ref,
    supported.row_number
from supported
inner join members
    on
        supported.period = members.period
        and supported.sender_siren = members.siren
