with

employed as (
    select * from {{ ref('int_posts__employed') }}
),

contributions as (
    {{ counted_once('employed', {'function': 'function_id', 'member': 'member_id'}) }}
)

{{ additive_figures('jobs_headcount') }}
