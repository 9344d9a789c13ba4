-- Effectively run, and begun in the period: counted once in a project's life, never summed over its years.
with

projects as (
    select * from {{ ref('int_collaborations__run_by_perimeter') }}
    where started_on >= period_starts_on and started_on <= period_ends_on
),

contributions as (
    {{ counted_once('projects', {'kind': 'project_kind'}) }}
)

{{ additive_figures('started_projects') }}
