-- Entrants and leavers included; one who answered only one of the two dates without joining or leaving is set aside.
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
    where comparison in ('panel', 'entrant', 'leaver')
),

contributions as (
    {{ by_dimensions('compared', ['all', 'function']) }}
),

frames as (
    {{ turnover_frames() }}
)

{{ growth_figures('turnover_total_growth') }}
