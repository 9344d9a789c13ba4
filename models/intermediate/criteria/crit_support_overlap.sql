-- Bodies of the perimeter that declare the project as active in the period.
with

followed as (
    select
        followed.*,
        followed.project_id as entity_id
    from {{ ref('int_supported_projects__followed') }} as followed
    inner join {{ ref('int_periods') }} as periods on followed.period = periods.period
    where followed.is_active and followed.is_declared_in_period
),

body_counts as (
    select
        period,
        perimeter,
        entity_id,
        count(distinct siren) as body_count
    from followed
    group by period, perimeter, entity_id
),

projects as (
    {{ counted_once('followed', priority='threshold_on') }}
),

contributions as (
    select
        projects.*,
        case when body_counts.body_count >= 2 then 1 end as numerator,
        1 as denominator
    from projects
    inner join body_counts
        on
            projects.period = body_counts.period
            and projects.perimeter = body_counts.perimeter
            and projects.entity_id = body_counts.entity_id
)

{{ rate_figures('support_overlap') }}
