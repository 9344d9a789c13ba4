-- The quarters of each period with their amounts; those of a longer row lie on its first quarter.
with

known as (
    select * from {{ ref('int_turnover__period_quarters') }}
),

used as (
    select * from {{ ref('int_turnover__longer_rows') }}
)

select
    known.period,
    known.period_kind,
    known.is_current,
    known.side,
    known.perimeter,
    known.member_id,
    known.siren,
    known.function_id,
    known.has_joined,
    known.has_left,
    known.quarter,
    extract(quarter from known.starts_on) as quarter_number,
    used.member_id is not null as is_longer_row,
    known.is_known or used.member_id is not null as is_known,
    known.is_known as is_quarter_known,
    known.has_answered or used.member_id is not null as has_answered,
    known.is_chart_2025,
    known.is_ledger and used.member_id is null as is_ledger,
    {% for amount in ['net_turnover_eur', 'operating_income_eur', 'public_income_eur'] %}
        case
            when used.member_id is null then known.{{ amount }}
            when used.starts_on = known.starts_on then used.{{ amount }}
        end as {{ amount }},
    {% endfor %}
    {% for amount in ['operating_income_eur', 'public_income_eur'] %}
        coalesce(case when used.member_id is null then known.{{ amount }} end, used.{{ amount }}) is not null
            as has_{{ amount[:-4] }},
    {% endfor %}
    case when used.member_id is null then known.source_kind else used.source_kind end as source_kind,
    case when used.member_id is null then known.source_ref else used.source_ref end as source_ref,
    case when used.member_id is null then known.row_number else used.row_number end as row_number
from known
left join used
    on
        known.period = used.period
        and known.side = used.side
        and known.perimeter = used.perimeter
        and known.member_id = used.member_id
        and known.starts_on >= used.starts_on
        and known.ends_on <= used.ends_on
