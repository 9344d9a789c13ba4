-- Each amount of a member's quarter comes from its most trusted source: fec, tax_form, certificate, declared; within
-- one source the accounts themselves, then what landed last. Never averaged, never carried forward.
with

observations as (
    select * from {{ ref('int_turnover__observations') }}
),

amounts as (
    {% for amount in ['net_turnover_eur', 'operating_income_eur', 'public_income_eur'] %}
        select
            member_id,
            quarter,
            '{{ amount }}' as amount_name,
            {{ amount }} as amount_eur,
            source_kind,
            is_ledger,
            source_ref,
            row_number,
            row_number() over (
                partition by member_id, quarter
                order by
                    trust_rank asc,
                    case when is_ledger then 0 else 1 end asc,
                    landed_seq desc,
                    source_ref desc,
                    row_number desc
            ) as preference
        from observations
        where quarter is not null and {{ amount }} is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    member_id,
    quarter,
    max(case when amount_name = 'net_turnover_eur' then amount_eur end) as net_turnover_eur,
    max(case when amount_name = 'operating_income_eur' then amount_eur end) as operating_income_eur,
    max(case when amount_name = 'public_income_eur' then amount_eur end) as public_income_eur,
    max(case when amount_name = 'net_turnover_eur' then source_kind end) as source_kind,
    max(case when amount_name = 'net_turnover_eur' and is_ledger then 1 else 0 end) = 1 as is_ledger,
    max(case when amount_name = 'net_turnover_eur' then source_ref end) as source_ref,
    max(case when amount_name = 'net_turnover_eur' then row_number end) as row_number
from amounts
where preference = 1
group by 1, 2
