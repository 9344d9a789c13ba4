-- What each member sold in the quarters it belonged to the perimeter.
with

rows_counted as (
    select
        period,
        perimeter,
        function_id,
        member_id,
        member_id as entity_id,
        siren,
        source_ref,
        row_number,
        amount_eur as contribution
    from {{ ref('int_turnover__contributions') }}
),

contributions as (
    {{ by_dimensions('rows_counted', ['all', 'function', 'member']) }}
),

frames as (
    {{ turnover_frames() }}
)

{{ additive_figures('turnover_total', frames='frames') }}
