with

contributions as (
    select
        *,
        'all' as dimension,
        'all' as item,
        member_count as numerator,
        1 as denominator
    from {{ ref('int_collaborations__run_by_perimeter') }}
)

{{ rate_figures('mean_partners') }}
