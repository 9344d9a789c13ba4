-- From last year's turnover to this year's, over members not set aside. `corrections` and `definition` are 0.00: both
-- years are as known now, and a restated base is in `total` as in `organic` (docs/adr/0005-typed-restatements.md).
with

compared as (
    select
        period,
        perimeter,
        'item' as dimension,
        case comparison when 'panel' then 'organic' when 'entrant' then 'entrants' else 'leavers' end as item,
        member_id as entity_id,
        siren,
        source_ref,
        row_number,
        coalesce(current_eur, -previous_eur) as contribution
    from {{ ref('int_turnover__compared_rows') }}
),

contributions as (
    select * from compared
    union all
    select
        period,
        perimeter,
        dimension,
        'total' as item,
        entity_id,
        siren,
        source_ref,
        row_number,
        contribution
    from compared
),

items as (
    {% for item in ['organic', 'entrants', 'leavers', 'corrections', 'definition', 'total'] %}
        select '{{ item }}' as item
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

frames as (
    select
        coverage.period,
        coverage.perimeter,
        'item' as dimension,
        items.item,
        coverage.expected_count,
        coverage.answered_count
    from {{ ref('int_turnover__coverage') }} as coverage
    cross join items
    where coverage.dimension = 'all'
),

figures as (
    {{ additive_figures('turnover_bridge', frames='frames') }}
),

assessable as (
    select distinct
        period,
        perimeter
    from compared
)

select
    'turnover_bridge' as indicator_id,
    frames.period,
    frames.perimeter,
    frames.dimension,
    frames.item,
    case when assessable.period is not null then coalesce(figures.value, 0) end as value,
    cast(null as decimal(24, 6)) as numerator,
    cast(null as decimal(24, 6)) as denominator,
    coalesce(figures.contributors, 0) as contributors,
    frames.expected_count,
    frames.answered_count,
    case
        when assessable.period is not null then null
        when frames.expected_count = 0 then 'Aucun membre dans ce périmètre.'
        when frames.answered_count = 0 then 'Aucune réponse reçue.'
        else 'Aucun membre comparable avec l''année précédente.'
    end as reason,
    figures.sources
from frames
left join figures
    on
        frames.period = figures.period
        and frames.perimeter = figures.perimeter
        and frames.item = figures.item
left join assessable
    on
        frames.period = assessable.period
        and frames.perimeter = assessable.perimeter
