-- A purchase without a reference amount has no known saving.
with

compared as (
    select * from {{ ref('int_joint_purchases') }}
    where savings_eur is not null
),

contributions as (
    {{ summed_over('compared', 'savings_eur') }}
)

{{ additive_figures('joint_purchase_savings') }}
