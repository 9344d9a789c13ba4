-- Total less the sales between members that accounts show; sales of a member without a FEC stay in.
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
        amount_eur as contribution
    from {{ ref('int_turnover__contributions') }}
    union all
    select
        period,
        perimeter,
        'all' as dimension,
        'all' as item,
        member_id as entity_id,
        siren,
        source_ref,
        row_number,
        -amount_eur as contribution
    from {{ ref('int_turnover__intra_sales') }}
),

frames as (
    {{ turnover_frames() }}
)

{{ additive_figures('turnover_external', frames='frames') }}
