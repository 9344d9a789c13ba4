-- Read in sellers' accounts only: a member without a FEC for its quarters counts as not answering.
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
    from {{ ref('int_turnover__intra_sales') }}
),

frames as (
    {{ turnover_frames('ledger_count') }}
)

{{ additive_figures('intra_pole_sales', frames='frames') }}
