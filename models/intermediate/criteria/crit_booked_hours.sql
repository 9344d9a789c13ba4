-- Hours of effective bookings inside the opening hours, one contribution per merged interval.
with contributions as (
    select
        period,
        {{ qualified('room_id', "'pole'") }} as perimeter,
        dimension,
        item,
        room_id as entity_id,
        cast(null as {{ dbt.type_string() }}) as siren,
        source_ref,
        row_number,
        inside_hours as contribution
    from {{ ref('int_bookings__hours_by_period') }}
    where inside_seconds > 0
),

frames as (
    select * from {{ ref('int_rooms__coverage') }}
)

{{ additive_figures('booked_hours', frames='frames', nobody_reason='Aucune salle ouverte.') }}
