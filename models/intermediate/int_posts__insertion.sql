-- The same hours make another FTE under each rule: 1 820 hours are 1.000 in an ACI, 1.133 over 1 607 hours.
select
    ledger.quarter,
    ledger.post_id,
    ledger.employer_siren,
    bases.rule_id,
    ledger.paid_hours,
    cast(round(cast(ledger.paid_hours as double) / cast(bases.hours_per_fte as double), 6) as decimal(12, 6))
        as insertion_fte
from {{ ref('int_posts__ledger') }} as ledger
inner join {{ ref('fte_bases') }} as bases on bases.rule_id like 'insertion_%'
where ledger.contract_kind = 'insertion_fixed_term' and ledger.paid_hours is not null
