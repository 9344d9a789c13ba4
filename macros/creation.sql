{# Ends of the conversion models; the interface is that of macros/figures.sql. #}

{# Coverage of cohort figures: who answered for the run's quarter, whatever the age of the cohort. #}
{% macro cohort_frames(indicator_id, cohorts) %}
    select * from ({{ coverage_frames(indicator_id) }}) as whole
    where whole.dimension = 'all'
    union all
    select
        cohorts.cohort as period,
        cohorts.perimeter,
        'cohort' as dimension,
        cohorts.cohort as item,
        coverage.expected_count,
        coverage.answered_count
    from (select distinct cohort, perimeter from {{ cohorts }}) as cohorts
    inner join ({{ coverage_frames(indicator_id) }}) as coverage
        on cohorts.perimeter = coverage.perimeter and coverage.dimension = 'all'
    inner join {{ ref('int_periods') }} as run
        on coverage.period = run.period and run.is_current and run.period_kind = 'quarter'
{% endmacro %}

{# Share of each cohort that created within `months` of its threshold; `all` pools the cohorts mature at the end. #}
{% macro conversion_figures(indicator_id, months) %}
with

projects as (
    select
        *,
        case when {{ months_later('threshold_on', months) }} >= created_on then 1 end as has_converted,
        {{ months_later('cohort_ends_on', months) }} as mature_on
    from {{ ref('int_cohorts__projects') }}
),

shown as (
    select
        projects.*,
        projects.cohort as period,
        'cohort' as dimension,
        projects.cohort as item
    from projects
    where projects.mature_on <= projects.seen_until_on
    union all
    select
        projects.*,
        periods.period,
        'all' as dimension,
        'all' as item
    from projects
    inner join {{ ref('int_periods') }} as periods on projects.mature_on <= periods.ends_on
),

contributions as (
    select
        period,
        perimeter,
        dimension,
        item,
        project_id as entity_id,
        siren,
        source_ref,
        row_number,
        has_converted as numerator,
        1 as denominator
    from shown
),

frames as (
    {{ cohort_frames(indicator_id, 'projects') }}
),

reasons as (
    select
        frames.period,
        frames.perimeter,
        frames.dimension,
        frames.item,
        'Aucune cohorte n''a encore {{ months }} mois de recul.' as reason
    from frames
    left join contributions
        on
            frames.period = contributions.period
            and frames.perimeter = contributions.perimeter
            and frames.dimension = contributions.dimension
            and frames.item = contributions.item
    where contributions.period is null and frames.dimension = 'all'
    union all
    select distinct
        cohort as period,
        perimeter,
        'cohort' as dimension,
        cohort as item,
        'Cohorte trop récente : moins de {{ months }} mois de recul.' as reason
    from projects
    where mature_on > seen_until_on
)

{{ rate_figures(indicator_id, frames='frames', reasons='reasons') }}
{% endmacro %}
