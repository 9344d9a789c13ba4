with

contributions as (
    {{ summed_over(ref('int_joint_purchases'), 'amount_eur') }}
)

{{ additive_figures('joint_purchase_amount') }}
