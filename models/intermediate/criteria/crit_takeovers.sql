with

takeovers as (
    select * from {{ ref('int_creations__by_period') }}
    where creation_kind = 'takeover'
),

contributions as (
    {{ counted_once('takeovers', priority='siren') }}
)

{{ additive_figures('takeovers') }}
