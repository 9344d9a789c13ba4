-- Own income of the managing body (accounts 70 and fees 756) over its operating expenses (60 to 65 and 68). Only its
-- FEC tells both; a period counts when the FEC covers each of its quarters: a part of a year is not the year.
with

periods as (
    select
        periods.period,
        quarters.quarter
    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_quarters') }} as quarters
        on
            periods.starts_on <= quarters.starts_on
            and periods.ends_on >= quarters.ends_on
),

covered as (
    select
        periods.period,
        concat(poles.qualifier, 'managing_body') as perimeter,
        poles.managing_body_siren,
        min(case when fec_quarters.siren is null then 0 else 1 end) as is_covered
    from periods
    cross join {{ poles() }} as poles
    left join {{ ref('int_turnover__fec_quarters') }} as fec_quarters
        on
            periods.quarter = fec_quarters.quarter
            and poles.managing_body_siren = fec_quarters.siren
    group by 1, 2, 3
),

entries as (
    select
        files.siren,
        entries.slice_id as source_ref,
        {{ quarter_of('entries.entry_on') }} as quarter,
        entries.row_number,
        case
            when substring(entries.account_code, 1, 2) = '70' or substring(entries.account_code, 1, 3) = '756'
                then coalesce(entries.credit_eur, 0) - coalesce(entries.debit_eur, 0)
        end as numerator,
        case
            when substring(entries.account_code, 1, 2) in ('60', '61', '62', '63', '64', '65', '68')
                then coalesce(entries.debit_eur, 0) - coalesce(entries.credit_eur, 0)
        end as denominator
    from {{ ref('stg_revenue__fec_lines') }} as entries
    inner join {{ ref('stg_revenue__fec_files') }} as files
        on entries.slice_id = files.slice_id
    where
        files.siren in (select poles.managing_body_siren from {{ poles() }} as poles)
        and entries.role = 'normal'
),

contributions as (
    select
        covered.period,
        covered.perimeter,
        'all' as dimension,
        'all' as item,
        covered.perimeter as entity_id,
        entries.siren,
        entries.source_ref,
        entries.row_number,
        entries.numerator,
        entries.denominator
    from covered
    inner join periods on covered.period = periods.period
    inner join entries on periods.quarter = entries.quarter and covered.managing_body_siren = entries.siren
    where
        covered.is_covered = 1
        and coalesce(entries.numerator, entries.denominator) is not null
),

frames as (
    select
        period,
        perimeter,
        'all' as dimension,
        'all' as item,
        case when managing_body_siren = '' then 0 else 1 end as expected_count,
        is_covered as answered_count
    from covered
),

reasons as (
    select
        period,
        perimeter,
        'all' as dimension,
        'all' as item,
        'Aucun FEC de la structure gestionnaire ne couvre toute la période.' as reason
    from covered
    where is_covered = 0 and managing_body_siren <> ''
)

{{ rate_figures(
    'self_financing_ratio',
    frames='frames',
    reasons='reasons',
    nobody_reason='Aucune structure gestionnaire nommée : renseignez managing_body dans periscope.toml.'
) }}
