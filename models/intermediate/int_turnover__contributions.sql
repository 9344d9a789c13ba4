-- For the periods being published, down to the accounting line or the declared row. For the history, and for a ledger
-- of more sales in a quarter than a page could list, one row per member and quarter: the proof of a figure lists its
-- lines.
{% set most_listed_lines = 20000 %}
with

quarters as (
    select * from {{ ref('int_turnover__by_period') }}
    where side = 'current' and net_turnover_eur is not null
),

long_ledgers as (
    select
        siren,
        quarter
    from {{ ref('int_turnover__fec_lines') }}
    where is_turnover
    group by 1, 2
    having count(*) > {{ most_listed_lines }}
),

told as (
    select
        quarters.*,
        quarters.is_current and quarters.is_ledger and long_ledgers.siren is null as is_listed
    from quarters
    left join long_ledgers
        on
            quarters.siren = long_ledgers.siren
            and quarters.quarter = long_ledgers.quarter
)

select
    period,
    perimeter,
    member_id,
    siren,
    function_id,
    source_ref,
    row_number,
    net_turnover_eur as amount_eur
from told
where not is_listed
union all
select
    told.period,
    told.perimeter,
    told.member_id,
    told.siren,
    told.function_id,
    fec_lines.source_ref,
    fec_lines.row_number,
    fec_lines.amount_eur
from told
inner join {{ ref('int_turnover__fec_lines') }} as fec_lines
    on
        told.siren = fec_lines.siren
        and told.quarter = fec_lines.quarter
where told.is_listed and fec_lines.is_turnover
