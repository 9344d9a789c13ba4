{# One stage of the funnel of grants, one figure per grant. #}
{% macro grant_figures(indicator_id, stage) %}
with

contributions as (
    select
        period,
        {{ qualified('grant_id', "'pole'") }} as perimeter,
        'item' as dimension,
        grant_id as item,
        grant_id as entity_id,
        cast(null as {{ dbt.type_string() }}) as siren,
        'register/grants' as source_ref,
        row_number,
        amount_eur as contribution
    from {{ ref('int_grants__funnel') }}
    where stage = '{{ stage }}'
),

-- the register itself answers for every grant
frames as (
    select
        period,
        perimeter,
        dimension,
        item,
        1 as expected_count,
        1 as answered_count
    from contributions
)

{{ additive_figures(indicator_id, frames='frames', unknown_reason='Montant absent du registre des subventions.') }}
{% endmacro %}
