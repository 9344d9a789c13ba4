-- A FEC covers quarters from its first to its last entry date; a quarter counts once that file, or adjoining ones,
-- reach its last day. A file that opens on balances brought forward in mid-quarter, with no entry of the quarter in an
-- earlier file, tells of accounts that we do not hold: its first quarter counts, and the evaluator is told.
with

files as (
    select
        slice_id,
        siren,
        first_entry_on,
        last_entry_on,
        max(last_entry_on) over (
            partition by siren
            order by first_entry_on, last_entry_on, slice_id
            rows between unbounded preceding and 1 preceding
        ) as reached_on
    from {{ ref('stg_revenue__fec_files') }}
),

openings as (
    select distinct slice_id
    from {{ ref('stg_revenue__fec_lines') }}
    where role = 'opening'
),

marked as (
    select
        files.*,
        case when files.first_entry_on <= {{ dbt.dateadd('day', 1, 'files.reached_on') }} then 0 else 1 end as is_start,
        case when openings.slice_id is null then 0 else 1 end as has_opening
    from files
    left join openings on files.slice_id = openings.slice_id
),

numbered as (
    select
        *,
        sum(is_start) over (
            partition by siren
            order by first_entry_on, last_entry_on, slice_id
            rows between unbounded preceding and current row
        ) as stretch_number
    from marked
),

stretches as (
    select
        siren,
        stretch_number,
        min(slice_id) as source_ref,
        min(first_entry_on) as first_entry_on,
        max(last_entry_on) as last_entry_on,
        max(is_start * has_opening) as has_opening,
        max(case when is_start = 1 then reached_on end) as earlier_files_reach_on
    from numbered
    group by 1, 2
),

covered as (
    select
        stretches.siren,
        quarters.quarter,
        quarters.starts_on,
        quarters.ends_on,
        stretches.source_ref,
        stretches.has_opening = 1
        and stretches.first_entry_on >= {{ dbt.dateadd('month', 1, 'quarters.starts_on') }}
        and coalesce(stretches.earlier_files_reach_on < quarters.starts_on, true) as is_partly_told
    from stretches
    inner join {{ ref('int_quarters') }} as quarters
        on
            stretches.first_entry_on <= quarters.ends_on
            and stretches.last_entry_on >= quarters.ends_on
),

sums as (
    select
        siren,
        quarter,
        min(source_ref) as source_ref,
        min(row_number) as row_number,
        sum(case when is_turnover then amount_eur else 0 end) as net_turnover_eur,
        sum(amount_eur) as operating_income_eur
    from {{ ref('int_turnover__fec_lines') }}
    group by 1, 2
)

-- a quarter without any line of income is a known zero
select
    covered.siren,
    covered.quarter,
    covered.starts_on,
    covered.ends_on,
    coalesce(sums.source_ref, covered.source_ref) as source_ref,
    sums.row_number,
    covered.is_partly_told,
    cast(coalesce(sums.net_turnover_eur, 0) as decimal(18, 2)) as net_turnover_eur,
    cast(coalesce(sums.operating_income_eur, 0) as decimal(18, 2)) as operating_income_eur
from covered
left join sums
    on
        covered.siren = sums.siren
        and covered.quarter = sums.quarter
