-- Sales that the seller's accounts address to another member of the same perimeter, who held a membership that day.
select
    quarters.period,
    quarters.perimeter,
    quarters.member_id,
    quarters.siren,
    fec_lines.customer_member_id,
    fec_lines.source_ref,
    fec_lines.row_number,
    fec_lines.amount_eur
from {{ ref('int_turnover__by_period') }} as quarters
inner join {{ ref('int_turnover__fec_lines') }} as fec_lines
    on
        quarters.siren = fec_lines.siren
        and quarters.quarter = fec_lines.quarter
inner join {{ source('register', 'members') }} as registered
    on fec_lines.customer_member_id = registered.member_id
inner join {{ ref('int_turnover__perimeter_quarters') }} as customers
    on
        registered.siren = customers.siren
        and quarters.perimeter = customers.perimeter
        and quarters.quarter = customers.quarter
        and quarters.siren <> customers.siren
where
    quarters.side = 'current'
    and quarters.is_ledger
    and fec_lines.is_turnover
    and exists (
        select 1
        from {{ source('register', 'memberships') }} as memberships
        where
            memberships.member_id = fec_lines.customer_member_id
            and memberships.presence <> 'candidate'
            and memberships.joined_on <= fec_lines.entry_on
            and coalesce(memberships.left_on, cast('9999-12-31' as date)) >= fec_lines.entry_on
    )
