-- The panels that a chained growth multiplies: the same quarter of each year since the baseline; for a whole year, the
-- panels of the years themselves; for a year to date, its quarters in each year.
with

targets as (
    select
        period,
        period_kind = 'year' and extract(quarter from ends_on) = 4 as is_whole_year,
        extract(year from ends_on) as target_year,
        extract(quarter from starts_on) as first_quarter,
        extract(quarter from ends_on) as last_quarter,
        {{ chain_length() }} as expected_link_count
    from {{ ref('int_periods') }}
)

select
    targets.period,
    extract(year from links.ends_on) as link_year,
    compared_rows.perimeter,
    compared_rows.member_id,
    compared_rows.siren,
    compared_rows.source_ref,
    compared_rows.row_number,
    compared_rows.current_eur,
    compared_rows.previous_eur
from targets
inner join {{ ref('int_periods') }} as links
    on
        extract(year from links.ends_on) > targets.target_year - targets.expected_link_count
        and extract(year from links.ends_on) <= targets.target_year
        and (
            (targets.is_whole_year and links.period_kind = 'year')
            or (
                not targets.is_whole_year
                and links.period_kind = 'quarter'
                and extract(quarter from links.ends_on) between targets.first_quarter and targets.last_quarter
            )
        )
inner join {{ ref('int_turnover__compared_rows') }} as compared_rows
    on
        links.period = compared_rows.period
        and compared_rows.comparison = 'panel'
