-- Median of each member's own growth over the panel, positive bases only. The two middle values are found by rank,
-- because the median of decimals is not the same on every engine.
with

panel as (
    select * from {{ ref('int_turnover__compared_rows') }}
    where comparison = 'panel'
),

positive_bases as (
    select
        period,
        perimeter,
        member_id
    from panel
    group by 1, 2, 3
    having sum(previous_eur) > 0
),

compared as (
    select
        panel.period,
        panel.perimeter,
        panel.function_id,
        panel.member_id as entity_id,
        panel.siren,
        panel.source_ref,
        panel.row_number,
        panel.current_eur as numerator,
        panel.previous_eur as denominator
    from panel
    inner join positive_bases
        on
            panel.period = positive_bases.period
            and panel.perimeter = positive_bases.perimeter
            and panel.member_id = positive_bases.member_id
),

contributions as (
    {{ by_dimensions('compared', ['all', 'function']) }}
),

growths as (
    select
        period,
        perimeter,
        dimension,
        item,
        entity_id,
        cast(sum(numerator) as double) / cast(sum(denominator) as double) - 1 as growth
    from contributions
    group by 1, 2, 3, 4, 5
),

ranked as (
    select
        *,
        row_number() over (partition by period, perimeter, dimension, item order by growth, entity_id) as growth_rank,
        count(*) over (partition by period, perimeter, dimension, item) as growth_count
    from growths
),

medians as (
    select
        period,
        perimeter,
        dimension,
        item,
        cast(round(sum(growth) / count(*), 6) as decimal(24, 6)) as value
    from ranked
    where 2 * growth_rank between growth_count and growth_count + 2
    group by 1, 2, 3, 4
),

frames as (
    {{ turnover_frames() }}
),

figures as (
    {{ growth_figures('turnover_median_growth') }}
)

select
    figures.indicator_id,
    figures.period,
    figures.perimeter,
    figures.dimension,
    figures.item,
    medians.value,
    cast(null as decimal(24, 6)) as numerator,
    cast(null as decimal(24, 6)) as denominator,
    figures.contributors,
    figures.expected_count,
    figures.answered_count,
    figures.reason,
    figures.sources
from figures
left join medians
    on
        figures.period = medians.period
        and figures.perimeter = medians.perimeter
        and figures.dimension = medians.dimension
        and figures.item = medians.item
