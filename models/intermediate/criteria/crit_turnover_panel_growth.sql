-- Members that belonged to the perimeter and answered at both dates: the same enterprises, before and after.
with

compared as (
    select
        period,
        perimeter,
        function_id,
        member_id as entity_id,
        siren,
        source_ref,
        row_number,
        current_eur as numerator,
        previous_eur as denominator
    from {{ ref('int_turnover__compared_rows') }}
    where comparison = 'panel'
),

contributions as (
    {{ by_dimensions('compared', ['all', 'function']) }}
),

frames as (
    {{ turnover_frames() }}
)

{{ growth_figures('turnover_panel_growth') }}
