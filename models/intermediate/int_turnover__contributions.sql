-- For the periods being published, down to the accounting line or the declared row; for the history, one row per
-- member and quarter, which keeps the warehouse small.
with

quarters as (
    select * from {{ ref('int_turnover__by_period') }}
    where side = 'current' and net_turnover_eur is not null
)

select
    quarters.period,
    quarters.perimeter,
    quarters.member_id,
    quarters.siren,
    quarters.function_id,
    quarters.source_ref,
    quarters.row_number,
    quarters.net_turnover_eur as amount_eur
from quarters
where not (quarters.is_current and quarters.is_ledger)
union all
select
    quarters.period,
    quarters.perimeter,
    quarters.member_id,
    quarters.siren,
    quarters.function_id,
    fec_lines.source_ref,
    fec_lines.row_number,
    fec_lines.amount_eur
from quarters
inner join {{ ref('int_turnover__fec_lines') }} as fec_lines
    on
        quarters.siren = fec_lines.siren
        and quarters.quarter = fec_lines.quarter
where quarters.is_current and quarters.is_ledger and fec_lines.is_turnover
