-- Product of the panel growths of the same quarter (for a year, of the same quarters) since the baseline. Panels change
-- from link to link, so entrants never weigh on it. One missing link and there is no figure.
{% set first_year = var('history_start')[:4] | int %}
{% set last_year = var('quarter')[:4] | int %}
{% set baseline = var('baseline_quarter') %}
with

targets as (
    select
        period,
        extract(year from ends_on) as target_year,
        extract(quarter from starts_on) as first_quarter,
        extract(quarter from ends_on) as last_quarter,
        {% if baseline %}
            extract(year from ends_on) - {{ baseline[:4] }}
            - case when extract(quarter from starts_on) < {{ baseline[-1] }} then 1 else 0 end as expected_link_count
        {% else %}
            0 as expected_link_count
        {% endif %}
    from {{ ref('int_periods') }}
),

link_rows as (
    select
        targets.period,
        compared_rows.perimeter,
        'all' as dimension,
        'all' as item,
        compared_rows.member_id as entity_id,
        compared_rows.siren,
        compared_rows.source_ref,
        compared_rows.row_number,
        compared_rows.current_eur as numerator,
        compared_rows.previous_eur as denominator,
        extract(year from quarters.ends_on) as link_year
    from targets
    inner join {{ ref('int_quarters') }} as quarters
        on
            extract(year from quarters.ends_on) > targets.target_year - targets.expected_link_count
            and extract(year from quarters.ends_on) <= targets.target_year
            and extract(quarter from quarters.ends_on) between targets.first_quarter and targets.last_quarter
    inner join {{ ref('int_turnover__compared_rows') }} as compared_rows
        on
            quarters.quarter = compared_rows.period
            and compared_rows.comparison = 'panel'
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
