with

creations as (
    select * from {{ ref('int_creations__by_period') }}
    where creation_kind <> 'takeover'
),

contributions as (
    {{ counted_once('creations', {'kind': 'creation_kind', 'function': 'function_id'}, priority='siren') }}
)

{{ additive_figures('effective_creations') }}
