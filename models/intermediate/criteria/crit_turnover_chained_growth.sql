-- Product of the panel growths of int_turnover__chain_rows since the baseline. Panels change from link to link, so
-- entrants never weigh on it. One missing link and there is no figure.
{% set first_year = var('history_start')[:4] | int %}
{% set last_year = var('quarter')[:4] | int %}
{% set baseline = var('baseline_quarter') %}
with

targets as (
    select
        period,
        {{ chain_length() }} as expected_link_count
    from {{ ref('int_periods') }}
),

link_rows as (
    select
        period,
        link_year,
        perimeter,
        'all' as dimension,
        'all' as item,
        member_id as entity_id,
        siren,
        source_ref,
        row_number,
        current_eur as numerator,
        previous_eur as denominator
    from {{ ref('int_turnover__chain_rows') }}
),

links as (
    select
        period,
        perimeter,
        link_year,
        cast(coalesce(sum(numerator), 0) as double) / cast(sum(denominator) as double) as factor
    from link_rows
    group by 1, 2, 3
    having sum(denominator) > 0
),

chains as (
    select
        period,
        perimeter,
        count(*) as link_count,
        1
        {% for year in range(first_year, last_year + 1) %}
            * coalesce(max(case when link_year = {{ year }} then factor end), 1)
        {% endfor %}
        - 1 as growth
    from links
    group by 1, 2
),

contributions as (
    select * from link_rows
),

frames as (
    {{ turnover_frames() }}
),

figures as (
    {{ growth_figures('turnover_chained_growth') }}
)

select
    figures.indicator_id,
    figures.period,
    figures.perimeter,
    figures.dimension,
    figures.item,
    case
        when targets.expected_link_count > 0 and chains.link_count = targets.expected_link_count
            then cast(round(chains.growth, 6) as decimal(24, 6))
    end as value,
    cast(null as decimal(24, 6)) as numerator,
    cast(null as decimal(24, 6)) as denominator,
    figures.contributors,
    figures.expected_count,
    figures.answered_count,
    case
        when {{ 'false' if baseline else 'true' }}
            then 'Aucun trimestre de référence : fixez baseline_quarter dans periscope.toml.'
        when targets.expected_link_count <= 0 then 'Moins d''un an depuis le trimestre de référence.'
        when figures.expected_count = 0 then figures.reason
        when chains.link_count is null or chains.link_count < targets.expected_link_count
            then 'Une année de la chaîne n''a aucun membre comparable.'
    end as reason,
    figures.sources
from figures
inner join targets on figures.period = targets.period
left join chains
    on
        figures.period = chains.period
        and figures.perimeter = chains.perimeter
where figures.dimension = 'all'
