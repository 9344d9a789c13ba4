-- In a year, a row of several quarters stands for those quarters when one of them is not known otherwise; the longest
-- first, never two for one quarter. It fits only a member that belonged to the perimeter in each of them: a part of a
-- longer period cannot be told apart without guessing.
with

known as (
    select * from {{ ref('int_turnover__period_quarters') }}
),

longer_rows as (
    select
        *,
        4 * (extract(year from ends_on) - extract(year from starts_on))
        + extract(quarter from ends_on) - extract(quarter from starts_on) + 1 as quarter_count
    from {{ ref('int_turnover__observations') }}
    where quarter is null and is_aligned and net_turnover_eur is not null
),

fitting as (
    select
        known.period,
        known.side,
        known.perimeter,
        longer_rows.member_id,
        longer_rows.starts_on,
        longer_rows.ends_on,
        longer_rows.source_ref,
        longer_rows.row_number,
        max(longer_rows.source_kind) as source_kind,
        max(longer_rows.net_turnover_eur) as net_turnover_eur,
        max(longer_rows.operating_income_eur) as operating_income_eur,
        max(longer_rows.public_income_eur) as public_income_eur,
        row_number() over (
            partition by known.period, known.side, known.perimeter, longer_rows.member_id
            order by
                max(longer_rows.quarter_count) desc,
                max(longer_rows.trust_rank) asc,
                max(longer_rows.landed_seq) desc,
                longer_rows.source_ref asc,
                longer_rows.row_number asc
        ) as preference
    from known
    inner join longer_rows
        on
            known.member_id = longer_rows.member_id
            and known.starts_on >= longer_rows.starts_on
            and known.ends_on <= longer_rows.ends_on
            and known.window_starts_on <= longer_rows.starts_on
            and known.window_ends_on >= longer_rows.ends_on
    where known.period_kind = 'year'
    group by 1, 2, 3, 4, 5, 6, 7, 8
    having
        count(*) = max(longer_rows.quarter_count)
        and max(case when known.is_known then 0 else 1 end) = 1
)

select fitting.*
from fitting
left join fitting as preferred
    on
        fitting.period = preferred.period
        and fitting.side = preferred.side
        and fitting.perimeter = preferred.perimeter
        and fitting.member_id = preferred.member_id
        and fitting.preference > preferred.preference
        and fitting.starts_on <= preferred.ends_on
        and fitting.ends_on >= preferred.starts_on
where preferred.member_id is null
