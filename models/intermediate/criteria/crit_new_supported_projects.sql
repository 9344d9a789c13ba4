-- New at its first threshold with any body, in every perimeter of a body that follows it in the period; a member's own
-- line keeps the member's own threshold.
with

followed as (
    select
        followed.period,
        followed.perimeter,
        followed.member_id,
        followed.function_id,
        followed.siren,
        followed.project_id as entity_id,
        followed.threshold_on,
        followed.project_threshold_on >= followed.starts_on as is_new_to_the_pole,
        followed.threshold_on >= followed.starts_on as is_new_to_the_member,
        bodies.source_ref,
        bodies.row_number
    from {{ ref('int_supported_projects__followed') }} as followed
    inner join {{ ref('int_periods') }} as periods on followed.period = periods.period
    inner join {{ ref('int_supported_projects__bodies') }} as bodies
        on
            followed.project_id = bodies.project_id
            and followed.siren = bodies.sender_siren
    where followed.is_active
),

new_to_the_pole as (
    select * from followed
    where is_new_to_the_pole
),

new_to_the_member as (
    select * from followed
    where is_new_to_the_member
),

contributions as (
    {{ counted_once('new_to_the_pole', {'function': 'function_id'}, priority='threshold_on') }}
    union all
    select * from (
        {{ counted_once('new_to_the_member', {'member': 'member_id'}, priority='threshold_on') }}
    ) as own_lines
    where dimension = 'member'
)

{{ additive_figures('new_supported_projects') }}
