-- Public income, which only declarations tell, over operating income, where both are known.
with

known as (
    select
        period,
        perimeter,
        member_id,
        member_id as entity_id,
        siren,
        source_ref,
        row_number,
        public_income_eur as numerator,
        operating_income_eur as denominator
    from {{ ref('int_turnover__by_period') }}
    where
        side = 'current'
        and public_income_eur is not null
        and operating_income_eur is not null
),

contributions as (
    {{ by_dimensions('known', ['all', 'member']) }}
),

frames as (
    {{ turnover_frames('public_income_count') }}
)

{{ rate_figures('public_share_of_income', frames='frames') }}
