-- What each body declares, double counts included: one per file, not per project.
with

followed as (
    select
        followed.*,
        followed.file_id as entity_id
    from {{ ref('int_supported_projects__followed') }} as followed
    inner join {{ ref('int_periods') }} as periods on followed.period = periods.period
    where followed.is_active and followed.is_declared_in_period
),

contributions as (
    {{ counted_once('followed', {'member': 'member_id'}) }}
)

{{ additive_figures('declared_supported_projects') }}
