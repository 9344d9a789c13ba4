{# End of the survival models; the interface is that of macros/figures.sql. #}

{#
  Activities whose `years`-th anniversary is in the period: alive, and the two bounds that treat the unknown as ceased
  or as active. A project counts in every perimeter of a body that has supported it.
#}
{% macro survival_figures(indicator_id, years) %}
with

checked as (
    select * from {{ ref('int_creations__survival') }}
    where horizon_years = {{ years }}
),

shown as (
    {{ counted_once('checked', {'is_micro': 'is_micro'}, priority='siren') }}
),

contributions as (
    select
        shown.*,
        case when states.state = 'alive' then 1 end as numerator_low,
        case when states.state in ('alive', 'unknown') then 1 end as numerator_high,
        1 as denominator
    from shown
    inner join (select distinct period, entity_id, state from checked) as states
        on
            shown.period = states.period
            and shown.entity_id = states.entity_id
),

at_least as (
    select *, numerator_low as numerator from contributions
),

at_most as (
    select *, numerator_high as numerator from contributions
),

reasons as (
    select
        frames.period,
        frames.perimeter,
        frames.dimension,
        frames.item,
        'Aucune activité créée {{ years }} ans plus tôt.' as reason
    from ({{ coverage_frames(indicator_id) }}) as frames
    left join contributions
        on
            frames.period = contributions.period
            and frames.perimeter = contributions.perimeter
            and frames.dimension = contributions.dimension
    where contributions.period is null and frames.dimension = 'all' and frames.answered_count > 0
)

{{ rate_figures(indicator_id, 'at_least', reasons='reasons') }}
union all
{{ rate_figures(indicator_id ~ '_low', 'at_least', reasons='reasons') }}
union all
{{ rate_figures(indicator_id ~ '_high', 'at_most', reasons='reasons') }}
{% endmacro %}
