-- Perimeter `network`: the contributions of all poles together. A rate is made of its two sums; what no sum gives
-- back is left out, and says so.
{% set growths = "('turnover_panel_growth', 'turnover_total_growth', 'turnover_growth_vs_sector')" %}
{% set without = {
    'turnover_median_growth': "Une médiane de médianes n''est pas une médiane.",
    'turnover_chained_growth': "Un produit d''évolutions de pôles n''est pas une évolution du réseau.",
    'conversion_rate_24m_km': 'Une estimation de Kaplan-Meier ne se refait pas à partir de celles des pôles.',
    'network_density': 'Les paires de membres de pôles différents ne sont pas connues.',
    'largest_share': 'Réservé à chaque pôle.',
} %}
with

figures as (
    select * from {{ ref('int_network__figures') }}
    where indicator_id not in ('{{ without | join("', '") }}')
),

sums as (
    select
        indicator_id,
        period,
        dimension,
        item,
        sum(contribution) as contribution_sum,
        sum(weight) as weight_sum,
        count(distinct real_siren) as contributor_count,
        {{ list_sources('contribution', 'weight') }} as sources
    from {{ ref('int_network__contributions') }}
    group by 1, 2, 3, 4
),

cells as (
    select
        indicator_id,
        period,
        dimension,
        item,
        count(value) + count(denominator) > 0 as is_assessed,
        min(reason) as reason
    from figures
    group by 1, 2, 3, 4
),

valued as (
    select
        cells.indicator_id,
        cells.period,
        cells.dimension,
        cells.item,
        indicators.is_additive,
        case
            when not cells.is_assessed then null
            when indicators.is_additive then coalesce(sums.contribution_sum, 0)
            when sums.weight_sum > 0
                then round(
                    cast(coalesce(sums.contribution_sum, 0) as double) / cast(sums.weight_sum as double)
                    - case when cells.indicator_id in {{ growths }} then 1 else 0 end,
                    6
                )
        end as value,
        case when not indicators.is_additive and cells.is_assessed then coalesce(sums.contribution_sum, 0) end
            as numerator,
        case when not indicators.is_additive and cells.is_assessed then coalesce(sums.weight_sum, 0) end
            as denominator,
        coalesce(sums.contributor_count, 0) as contributors,
        coalesce(coverage.expected_count, 0) as expected_count,
        coalesce(coverage.answered_count, 0) as answered_count,
        cells.reason,
        sums.sources
    from cells
    inner join {{ ref('indicators') }} as indicators on cells.indicator_id = indicators.indicator_id
    left join sums
        on
            cells.indicator_id = sums.indicator_id
            and cells.period = sums.period
            and cells.dimension = sums.dimension
            and cells.item = sums.item
    left join {{ ref('int_network__coverage') }} as coverage
        on
            cells.indicator_id = coverage.indicator_id
            -- a cohort was asked about in the quarter being published
            and case cells.dimension when 'cohort' then '{{ var("quarter") }}' else cells.period end = coverage.period
),

left_out as (
    {% for indicator, reason in without.items() %}
        select
            '{{ indicator }}' as indicator_id,
            '{{ reason }}' as reason
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    indicator_id,
    period,
    'network' as perimeter,
    dimension,
    item,
    cast(value as decimal(24, 6)) as value,
    cast(numerator as decimal(24, 6)) as numerator,
    cast(denominator as decimal(24, 6)) as denominator,
    cast(contributors as integer) as contributors,
    cast(expected_count as integer) as expected_count,
    cast(answered_count as integer) as answered_count,
    case
        when value is not null then null
        when denominator < 0 then 'Base négative.'
        when denominator = 0 then 'Dénominateur nul.'
        else reason
    end as reason,
    sources
from valued
union all
select
    left_out.indicator_id,
    periods.period,
    'network' as perimeter,
    'all' as dimension,
    'all' as item,
    cast(null as decimal(24, 6)) as value,
    cast(null as decimal(24, 6)) as numerator,
    cast(null as decimal(24, 6)) as denominator,
    0 as contributors,
    0 as expected_count,
    0 as answered_count,
    left_out.reason,
    null as sources
from left_out
cross join {{ ref('int_periods') }} as periods
