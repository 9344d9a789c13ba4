-- Kaplan-Meier estimate: projects of a young cohort count for as long as they were seen. Time is in days since the
-- threshold; a creation after 24 months is beyond the horizon. An abandoned project may still create: it stays at risk.
with

projects as (
    select
        *,
        {{ months_later('threshold_on', 24) }} >= created_on as has_converted,
        {{ months_later('cohort_ends_on', 24) }} > seen_until_on as is_immature
    from {{ ref('int_cohorts__projects') }}
),

observed as (
    select
        *,
        {{ dbt.datediff('threshold_on', 'coalesce(created_on, seen_until_on)', 'day') }} as observed_days,
        coalesce(has_converted, false) as is_event
    from projects
    where is_immature
),

event_days as (
    select
        cohort,
        perimeter,
        observed_days,
        count(*) as event_count
    from observed
    where is_event
    group by cohort, perimeter, observed_days
),

hazards as (
    select
        event_days.cohort,
        event_days.perimeter,
        event_days.event_count,
        count(*) as at_risk_count
    from event_days
    inner join observed
        on
            event_days.cohort = observed.cohort
            and event_days.perimeter = observed.perimeter
            and event_days.observed_days <= observed.observed_days
    group by event_days.cohort, event_days.perimeter, event_days.observed_days, event_days.event_count
),

estimates as (
    select
        cohort,
        perimeter,
        -- the product of (1 - d / n), zero once everybody still at risk has created
        case
            when min(at_risk_count - event_count) = 0 then 1
            else 1 - exp(sum(ln(cast(greatest(at_risk_count - event_count, 1) as double) / at_risk_count)))
        end as estimate
    from hazards
    group by cohort, perimeter
),

contributions as (
    select
        cohort as period,
        perimeter,
        'cohort' as dimension,
        cohort as item,
        project_id as entity_id,
        siren,
        source_ref,
        row_number,
        case when is_event then 1 end as numerator,
        1 as denominator
    from observed
),

frames as (
    {{ cohort_frames('conversion_rate_24m_km', 'observed') }}
),

counts as (
    {{ rate_figures('conversion_rate_24m_km', frames='frames') }}
)

select
    counts.indicator_id,
    counts.period,
    counts.perimeter,
    counts.dimension,
    counts.item,
    cast(round(coalesce(estimates.estimate, 0), 6) as decimal(24, 6)) as value,
    counts.numerator,
    counts.denominator,
    counts.contributors,
    counts.expected_count,
    counts.answered_count,
    counts.reason,
    counts.sources
from counts
left join estimates
    on
        counts.period = estimates.cohort
        and counts.perimeter = estimates.perimeter
where counts.dimension = 'cohort'
