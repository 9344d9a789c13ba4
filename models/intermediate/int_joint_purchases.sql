-- One row per purchase and period: the later landed row speaks for a purchase that several partners declare.
with

ranked as (
    select
        *,
        {{ dbt.hash('purchase_ref') }} as purchase_id,
        row_number() over (
            partition by purchase_ref
            order by landed_seq desc, quarter desc, slice_id, row_number desc
        ) as description_rank
    from {{ ref('stg_declarations__joint_purchases') }}
),

buyers as (
    select distinct
        ranked.purchase_id,
        members.period,
        members.perimeter
    from ranked
    inner join {{ ref('int_members__by_period') }} as members
        on
            ranked.sender_siren = members.siren
            and members.basis = 'flow'
            and members.perimeter = 'members'
)

select
    periods.period,
    buyers.perimeter,
    ranked.purchase_id as entity_id,
    ranked.sender_siren as siren,
    ranked.amount_eur,
    ranked.reference_amount_eur - ranked.amount_eur as savings_eur,
    ranked.slice_id as source_ref,
    ranked.row_number
from ranked
inner join {{ ref('int_periods') }} as periods
    on
        periods.starts_on <= ranked.bought_on
        and periods.ends_on >= ranked.bought_on
inner join buyers
    on
        periods.period = buyers.period
        and ranked.purchase_id = buyers.purchase_id
where ranked.description_rank = 1
