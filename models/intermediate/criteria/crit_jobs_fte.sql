with

contributions as (
    {{ summed_over(ref('int_posts__employed'), 'working_time', {'function': 'function_id', 'member': 'member_id'}) }}
)

{{ additive_figures('jobs_fte') }}
