-- The later landed row speaks for a purchase that several partners declare.
with

ranked as (
    select
        *,
        {{ hash_of('purchase_ref') }} as purchase_id,
        row_number() over (
            partition by purchase_ref
            order by landed_seq desc, quarter desc, slice_id, row_number desc
        ) as description_rank
    from {{ ref('stg_declarations__joint_purchases') }}
)

select
    purchase_ref,
    purchase_id,
    quarter,
    sender_siren,
    bought_on,
    amount_eur,
    reference_amount_eur,
    slice_id as source_ref,
    row_number
from ranked
where description_rank = 1
