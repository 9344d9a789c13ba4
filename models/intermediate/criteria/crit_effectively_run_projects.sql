with

projects as (
    select * from {{ ref('int_collaborations__run_by_perimeter') }}
),

contributions as (
    {{ counted_once('projects', {'kind': 'project_kind'}) }}
)

{{ additive_figures('effectively_run_projects') }}
