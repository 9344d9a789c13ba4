-- The sum of declarations, line by line of the reconciliation, becomes the ledger's figure without residue.
with

reconciled as (
    select
        period,
        perimeter,
        sum(declared_fte) as declared_fte,
        sum(declared_fte + several_declarants_fte + description_fte + not_attributed_fte) as reached_fte
    from {{ ref('int_collaboration_jobs__reconciled') }}
    group by period, perimeter
)

select
    declared.period,
    declared.perimeter,
    declared.value as declared_value,
    ledger.value as ledger_value,
    reconciled.declared_fte,
    reconciled.reached_fte
from {{ ref('crit_declared_collaboration_jobs_fte') }} as declared
inner join {{ ref('crit_collaboration_jobs_created_fte') }} as ledger
    on
        declared.period = ledger.period
        and declared.perimeter = ledger.perimeter
        and declared.dimension = ledger.dimension
left join reconciled
    on
        declared.period = reconciled.period
        and declared.perimeter = reconciled.perimeter
where
    declared.dimension = 'all'
    and (
        coalesce(declared.value, 0) <> coalesce(reconciled.declared_fte, 0)
        or coalesce(ledger.value, 0) <> coalesce(reconciled.reached_fte, 0)
    )
