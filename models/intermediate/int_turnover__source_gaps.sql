-- Two sources that tell the same period of the same member differently: shown to a person, never averaged.
-- A row for several quarters is set against the sum of those quarters when all are known.
with

quarter_pairs as (
    select
        trusted.member_id,
        trusted.siren,
        trusted.starts_on,
        trusted.ends_on,
        trusted.source_kind as trusted_source_kind,
        trusted.source_ref as trusted_source_ref,
        trusted.net_turnover_eur as trusted_eur,
        other.source_kind as other_source_kind,
        other.source_ref as other_source_ref,
        other.row_number as other_row_number,
        other.net_turnover_eur as other_eur
    from {{ ref('int_turnover__observations') }} as trusted
    inner join {{ ref('int_turnover__observations') }} as other
        on
            trusted.member_id = other.member_id
            and trusted.quarter = other.quarter
            and (
                trusted.trust_rank < other.trust_rank
                or (trusted.trust_rank = other.trust_rank and trusted.is_ledger and not other.is_ledger)
            )
    where trusted.net_turnover_eur is not null and other.net_turnover_eur is not null
),

longer_rows as (
    select *
    from {{ ref('int_turnover__observations') }}
    where quarter is null and is_aligned and net_turnover_eur is not null
),

longer_pairs as (
    select
        longer_rows.member_id,
        longer_rows.siren,
        longer_rows.starts_on,
        longer_rows.ends_on,
        'quarters' as trusted_source_kind,
        min(member_quarters.source_ref) as trusted_source_ref,
        cast(sum(member_quarters.net_turnover_eur) as decimal(18, 2)) as trusted_eur,
        longer_rows.source_kind as other_source_kind,
        longer_rows.source_ref as other_source_ref,
        longer_rows.row_number as other_row_number,
        longer_rows.net_turnover_eur as other_eur
    from longer_rows
    inner join {{ ref('int_turnover__member_quarters') }} as member_quarters
        on
            longer_rows.member_id = member_quarters.member_id
            and longer_rows.starts_on <= member_quarters.starts_on
            and longer_rows.ends_on >= member_quarters.ends_on
    group by 1, 2, 3, 4, 5, 8, 9, 10, 11
    having min(case when member_quarters.is_known then 1 else 0 end) = 1
),

pairs as (
    select * from quarter_pairs
    union all
    select * from longer_pairs
)

select
    *,
    abs(other_eur - trusted_eur) as gap_eur,
    case
        when trusted_eur <> 0
            then cast(abs(other_eur - trusted_eur) / cast(abs(trusted_eur) as double) as decimal(18, 6))
    end as gap_share
from pairs
where abs(other_eur - trusted_eur) > {{ var('source_gap_share') }} * abs(trusted_eur)
