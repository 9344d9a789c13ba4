-- Declared run in the period, but without what proves it: listed here, counted nowhere else.
with

claims as (
    select
        perimeters.period,
        perimeters.perimeter,
        declared.project_id as entity_id,
        declared.sender_siren as siren,
        declared.source_ref,
        declared.row_number
    from {{ ref('int_collaborations__declared') }} as declared
    inner join {{ ref('int_periods') }} as periods
        on
            periods.first_quarter <= declared.quarter
            and periods.last_quarter >= declared.quarter
    inner join {{ ref('int_collaborations__perimeters') }} as perimeters
        on
            periods.period = perimeters.period
            and declared.project_id = perimeters.project_id
            and declared.quarter = perimeters.quarter
    left join (select distinct
        period,
        project_id
    from {{ ref('int_collaborations__run') }}) as proved
        on
            periods.period = proved.period
            and declared.project_id = proved.project_id
    where declared.is_description and declared.status = 'run' and proved.project_id is null
),

contributions as (
    {{ counted_once('claims') }}
)

{{ additive_figures('claimed_projects') }}
