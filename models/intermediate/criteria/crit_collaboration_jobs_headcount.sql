with

posts as (
    select * from {{ ref('int_collaboration_jobs') }}
    where category = 'created'
),

contributions as (
    {{ counted_once('posts') }}
)

{{ additive_figures('collaboration_jobs_headcount') }}
