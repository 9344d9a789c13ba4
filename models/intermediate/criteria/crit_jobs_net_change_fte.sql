-- The stock less the stock of the same quarter a year before, each over its own perimeter: a post that moves from one
-- member to another leaves and enters. Without an answer at both dates there is no difference to tell.
with

periods as (
    select * from {{ ref('int_periods') }}
),

employed as (
    select * from {{ ref('int_posts__employed') }}
),

changes as (
    select
        periods.period as changed_period,
        employed.working_time as change_fte,
        employed.*
    from periods
    inner join employed on periods.period = employed.period
    union all
    select
        periods.period as changed_period,
        -employed.working_time as change_fte,
        employed.*
    from periods
    inner join employed on periods.previous_last_quarter = employed.period
),

contributions as (
    select
        changed_period as period,
        perimeter,
        'all' as dimension,
        'all' as item,
        entity_id,
        siren,
        source_ref,
        row_number,
        change_fte as contribution
    from changes
),

coverage as (
    {{ coverage_frames('jobs_net_change_fte') }}
),

reasons as (
    select
        today.period,
        today.perimeter,
        today.dimension,
        today.item,
        case
            when today.answered_count = 0 then 'Aucune réponse reçue.'
            else 'Aucune réponse reçue un an avant.'
        end as reason
    from coverage as today
    inner join periods on today.period = periods.period
    left join coverage as before
        on
            periods.previous_last_quarter = before.period
            and today.perimeter = before.perimeter
            and before.dimension = 'all'
    where
        today.dimension = 'all'
        and (today.answered_count = 0 or coalesce(before.answered_count, 0) = 0)
)

{{ additive_figures('jobs_net_change_fte', reasons='reasons') }}
