-- All that is said of a member's income, whatever file it came from. `quarter` is filled only when the period told is
-- that civil quarter and no other: the rest feeds annual figures only. An enterprise registered twice has its rows
-- under both ids; int_turnover__perimeter_quarters keeps one.
with

declared as (
    select
        sender_siren as siren,
        quarter,
        period_start,
        period_end,
        coalesce(source, 'declared') as source_kind,
        false as is_ledger,
        net_turnover_eur,
        operating_income_eur,
        public_income_eur,
        slice_id as source_ref,
        row_number,
        landed_seq
    from {{ ref('stg_declarations__activity') }}
    union all
    select
        sender_siren as siren,
        quarter,
        period_start,
        period_end,
        coalesce(source, 'declared') as source_kind,
        false as is_ledger,
        net_turnover_eur,
        operating_income_eur,
        public_income_eur,
        slice_id as source_ref,
        row_number,
        landed_seq
    from {{ ref('stg_revenue__turnover') }}
    union all
    select
        siren,
        quarter,
        starts_on as period_start,
        ends_on as period_end,
        'fec' as source_kind,
        true as is_ledger,
        net_turnover_eur,
        operating_income_eur,
        cast(null as decimal(18, 2)) as public_income_eur,
        source_ref,
        row_number,
        cast(null as integer) as landed_seq
    from {{ ref('int_turnover__fec_quarters') }}
)

select
    members.member_id,
    declared.siren,
    case
        when first_quarters.quarter = declared.quarter and last_quarters.quarter = declared.quarter
            then declared.quarter
    end as quarter,
    declared.period_start as starts_on,
    declared.period_end as ends_on,
    -- a period that does not begin and end with quarters cannot be placed without guessing
    first_quarters.quarter is not null and last_quarters.quarter is not null as is_aligned,
    declared.source_kind,
    case declared.source_kind
        when 'fec' then 1 when 'tax_form' then 2 when 'certificate' then 3 else 4
    end as trust_rank,
    declared.is_ledger,
    declared.net_turnover_eur,
    declared.operating_income_eur,
    declared.public_income_eur,
    declared.source_ref,
    declared.row_number,
    coalesce(declared.landed_seq, 0) as landed_seq
from declared
inner join {{ source('register', 'members') }} as members on declared.siren = members.siren
left join {{ ref('int_quarters') }} as first_quarters on declared.period_start = first_quarters.starts_on
left join {{ ref('int_quarters') }} as last_quarters on declared.period_end = last_quarters.ends_on
