-- Credit less debit: 709 comes off by itself. Opening, closing and centralisation entries are left out.
select
    entries.slice_id as source_ref,
    entries.row_number,
    files.siren,
    entries.entry_on,
    {{ quarter_of('entries.entry_on') }} as quarter,
    substring(entries.account_code, 1, 2) = '70' as is_turnover,
    entries.customer_member_id,
    cast(coalesce(entries.credit_eur, 0) - coalesce(entries.debit_eur, 0) as decimal(18, 2)) as amount_eur
from {{ ref('stg_revenue__fec_lines') }} as entries
inner join {{ ref('stg_revenue__fec_files') }} as files
    on entries.slice_id = files.slice_id
where
    entries.role = 'normal'
    and substring(entries.account_code, 1, 2) in ('70', '71', '72', '73', '74', '75', '78')
