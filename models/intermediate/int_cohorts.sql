with

starts as (
    select distinct cast({{ dbt.date_trunc('quarter', 'project_threshold_on') }} as date) as starts_on
    from {{ ref('int_supported_projects__bodies') }}
),

spans as (
    select
        {{ quarter_of('starts_on') }} as period,
        starts_on,
        cast({{ dbt.dateadd('day', -1, months_later('starts_on', 3)) }} as date) as ends_on
    from starts
)

select
    spans.period,
    spans.starts_on,
    spans.ends_on
from spans
inner join {{ ref('int_periods') }} as run
    on run.is_current and run.period_kind = 'quarter' and run.ends_on >= spans.ends_on
