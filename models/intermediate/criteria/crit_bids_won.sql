with

bids as (
    select * from {{ ref('int_bids') }}
    where step = 'won'
),

contributions as (
    {{ counted_once('bids') }}
)

{{ additive_figures('bids_won') }}
