-- Since 2025 costs re-invoiced are turnover (708) and no longer transferred charges (79): the first year under the new
-- chart grows without anything having been sold. Adding account 79 to the year before is the most that may have moved,
-- for 79 also held indemnities and staff reimbursements that did not; it is known from accounts only.
with

transferred as (
    select
        files.siren,
        {{ quarter_of('entries.entry_on') }} as quarter,
        sum(coalesce(entries.credit_eur, 0) - coalesce(entries.debit_eur, 0)) as amount_eur
    from {{ ref('stg_revenue__fec_lines') }} as entries
    inner join {{ ref('stg_revenue__fec_files') }} as files on entries.slice_id = files.slice_id
    where entries.role = 'normal' and substring(entries.account_code, 1, 2) = '79'
    group by 1, 2
),

comparisons as (
    select
        *,
        concat(cast(substring(period, 1, 4) as integer) - 1, substring(period, 5, 3)) as previous_quarter
    from {{ ref('int_turnover__year_on_year') }}
    where period_kind = 'quarter' and {{ local('perimeter') }} = 'members' and comparison = 'panel' and is_break_2025
)

select
    {{ pole_id('comparisons.member_id') }} as pole_id,
    comparisons.member_id,
    comparisons.period as quarter,
    cast(comparisons.current_eur as decimal(18, 2)) as net_turnover_eur,
    cast(comparisons.previous_eur as decimal(18, 2)) as previous_turnover_eur,
    cast(case when before.is_ledger then coalesce(transferred.amount_eur, 0) end as decimal(18, 2))
        as previous_transferred_eur,
    cast(
        case when before.is_ledger then comparisons.previous_eur + coalesce(transferred.amount_eur, 0) end
        as decimal(18, 2)
    ) as previous_comparable_eur
from comparisons
inner join {{ ref('int_turnover__member_quarters') }} as before
    on
        comparisons.member_id = before.member_id
        and comparisons.previous_quarter = before.quarter
left join transferred
    on
        comparisons.siren = transferred.siren
        and comparisons.previous_quarter = transferred.quarter
