with

posts as (
    select * from {{ ref('int_collaboration_jobs') }}
    where category = 'maintained'
),

contributions as (
    {{ summed_over('posts', 'attributed_fte', {'kind': 'project_kind'}) }}
)

{{ additive_figures('collaboration_jobs_maintained_fte') }}
