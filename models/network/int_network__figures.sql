-- The figures of every pole that the network pools: those of its widest perimeter, in the cells that all poles share.
-- A grant belongs to one pole: the network has their sum.
{% set cells_of_a_pole = "('member', 'room')" %}
with

told as (
    {% for indicator in criteria() %}
        select
            indicator_id,
            period,
            perimeter,
            dimension,
            item,
            value,
            denominator,
            expected_count,
            answered_count,
            reason,
            sources
        from {{ ref('crit_' ~ indicator) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    indicator_id,
    period,
    {{ pole_of('perimeter') }} as qualifier,
    {{ local('perimeter') }} as perimeter,
    case when position('/' in item) > 0 then 'all' else dimension end as dimension,
    case when position('/' in item) > 0 then 'all' else item end as item,
    value,
    denominator,
    expected_count,
    answered_count,
    reason,
    sources
from told
where
    {{ local('perimeter') }} in ('members', 'pole', 'managing_body')
    and dimension not in {{ cells_of_a_pole }}
