-- A purchase is the members' when one of those who declare it is a member in the period.
with

buyers as (
    select distinct
        declared.purchase_ref,
        members.period,
        members.perimeter
    from {{ ref('stg_declarations__joint_purchases') }} as declared
    inner join {{ ref('int_members__by_period') }} as members
        on
            declared.sender_siren = members.siren
            and members.basis = 'flow'
            and {{ local('members.perimeter') }} = 'members'
)

select
    periods.period,
    buyers.perimeter,
    purchases.purchase_id as entity_id,
    purchases.sender_siren as siren,
    purchases.amount_eur,
    purchases.reference_amount_eur - purchases.amount_eur as savings_eur,
    purchases.source_ref,
    purchases.row_number
from {{ ref('int_joint_purchases__described') }} as purchases
inner join {{ ref('int_periods') }} as periods
    on
        periods.starts_on <= purchases.bought_on
        and periods.ends_on >= purchases.bought_on
inner join buyers
    on
        periods.period = buyers.period
        and purchases.purchase_ref = buyers.purchase_ref
