with

followed as (
    select
        followed.*,
        followed.project_id as entity_id
    from {{ ref('int_supported_projects__followed') }} as followed
    inner join {{ ref('int_periods') }} as periods on followed.period = periods.period
    where followed.is_active and followed.is_declared_in_period
),

contributions as (
    {{ counted_once('followed', {'member': 'member_id', 'function': 'function_id'}, priority='threshold_on') }}
)

{{ additive_figures('supported_projects') }}
