-- Every family of dispositions in one shape, under each indicator that shares it (seeds/dispositions.csv).
{% set families = {
    'support': none, 'creation': none, 'cohorts': none, 'cooperation': none, 'bids': none, 'members': 'contribution',
    'jobs': 'contribution', 'job_changes': 'contribution', 'turnover': 'contribution', 'rooms': 'contribution',
    'hours': 'contribution', 'money': 'contribution',
} %}
with

families as (
    {% for family, contribution in families.items() %}
        select
            indicator_id as population,
            period,
            {{ 'perimeter' if family == 'turnover' else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as perimeter,
            {{ 'member_id' if family == 'turnover' else 'entity_id' }} as entity_id,
            is_included,
            cast({{ contribution or 'case when is_included then 1 end' }} as decimal(24, 6)) as contribution,
            exclusion_reason_fr
        from {{ ref('int_dispositions__' ~ family) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    {{ pole_id('families.entity_id') }} as pole_id,
    shared.indicator_id,
    families.period,
    -- the widest perimeter of the catalogue, where the family does not say
    coalesce(
        families.perimeter, {{ qualified('families.entity_id', "split_part(indicators.perimeters, ';', 1)") }}
    ) as perimeter,
    families.entity_id,
    families.is_included,
    families.contribution,
    families.exclusion_reason_fr
from families
inner join {{ ref('dispositions') }} as shared on families.population = shared.population
inner join {{ ref('indicators') }} as indicators on shared.indicator_id = indicators.indicator_id
inner join {{ ref('int_periods') }} as periods on families.period = periods.period and periods.is_current
