-- Against what the same members would have sold had each followed the index of its sector. A member without an index
-- at both dates is out of the comparison, and lowers `contributors`.
with

contributions as (
    select
        period,
        perimeter,
        'all' as dimension,
        'all' as item,
        member_id as entity_id,
        siren,
        source_ref,
        row_number,
        current_eur as numerator,
        expected_eur as denominator
    from {{ ref('int_turnover__vs_sector') }}
    where has_index
),

frames as (
    {{ turnover_frames() }}
)

{{ growth_figures('turnover_growth_vs_sector') }}
