-- Perimeter `network`: the contributions of all poles together. What two poles tell of the same enterprise, or of the
-- same project or post of an enterprise, counts once: the first pole by its id speaks, for the whole period. A rate is
-- made of its two sums; what no sum gives back is left out, and says so.
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

members as (
    select
        member_id,
        {{ local('siren') }} as siren
    from {{ source('register', 'members') }}
),

rows_told as (
    select
        indicator_id,
        period,
        qualifier,
        perimeter,
        dimension,
        item,
        {{ each_source() }} as told
    from figures
    -- the rows of a figure that its pole could not assess are no contribution
    where value is not null or denominator is not null
),

-- down to the entity: the proof of each line stays in its pole
entities as (
    select
        rows_told.indicator_id,
        rows_told.period,
        rows_told.qualifier,
        rows_told.perimeter,
        rows_told.dimension,
        rows_told.item,
        rows_told.told.entity_id,
        rows_told.told.siren,
        sum(rows_told.told.contribution) as contribution,
        sum(rows_told.told.weight) as weight
    from rows_told
    group by 1, 2, 3, 4, 5, 6, 7, 8
),

contributions as (
    select
        entities.*,
        cast(null as {{ dbt.type_string() }}) as source_ref,
        cast(null as integer) as row_number,
        {{ local('entities.siren') }} as real_siren,
        case
            when entities.perimeter = 'pole' or entities.siren is null then entities.entity_id
            when entities.perimeter = 'managing_body' or members.member_id is not null
                then {{ local('entities.siren') }}
            else concat({{ local('entities.siren') }}, '|', {{ local('entities.entity_id') }})
        end as counted_id
    from entities
    left join members on entities.entity_id = members.member_id
),

spoken as (
    select
        *,
        min(qualifier) over (partition by indicator_id, period, counted_id) as speaking_qualifier
    from contributions
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
    from spoken
    where qualifier = speaking_qualifier
    group by 1, 2, 3, 4
),

-- an enterprise of two poles is expected once, and has answered when it did in one of them
asked as (
    select
        indicators.indicator_id,
        coverage.period,
        coverage.item as member_id,
        coverage.answered_count
    from {{ ref('int_coverage') }} as coverage
    inner join {{ ref('indicators') }} as indicators
        on coverage.basis = indicators.basis and coverage.answer_kind = indicators.answer_kind
    where
        coverage.dimension = 'member'
        and {{ local('coverage.perimeter') }} = 'members'
        and indicators.answer_kind <> 'activity'
    union all
    select
        indicators.indicator_id,
        coverage.period,
        coverage.item as member_id,
        case indicators.indicator_id
            when 'intra_pole_sales' then coverage.ledger_count
            when 'market_share_of_income' then coverage.income_count
            when 'public_share_of_income' then coverage.public_income_count
            else coverage.answered_count
        end as answered_count
    from {{ ref('int_turnover__coverage') }} as coverage
    inner join {{ ref('indicators') }} as indicators on indicators.answer_kind = 'activity'
    where coverage.dimension = 'member' and {{ local('coverage.perimeter') }} = 'members'
),

answers as (
    select
        asked.indicator_id,
        asked.period,
        members.siren,
        max(asked.answered_count) as answered_count
    from asked
    inner join members on asked.member_id = members.member_id
    group by 1, 2, 3
),

coverage as (
    select
        indicator_id,
        period,
        count(*) as expected_count,
        sum(answered_count) as answered_count
    from answers
    group by 1, 2
    union all
    -- rooms, lots, grants and managing bodies are each of one pole
    select
        indicator_id,
        period,
        sum(expected_count) as expected_count,
        sum(answered_count) as answered_count
    from figures
    where perimeter <> 'members' and dimension = 'all'
    group by 1, 2
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
    left join coverage
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
