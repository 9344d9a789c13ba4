-- Each amount of the panel with what it would have been had its member followed the index of its sector; no expected
-- amount without an index at both dates.
with

indices as (
    select
        upper(replace(naf_code, '.', '')) as naf_key,
        period,
        value,
        row_number() over (
            partition by upper(replace(naf_code, '.', '')), period
            order by coalesce(vintage, '') desc, row_number desc
        ) as recency
    from {{ source('register', 'benchmark_index') }}
),

compared as (
    select
        compared_rows.*,
        {{ qualified('members.member_id', "upper(replace(members.naf_code, '.', ''))") }} as naf_key,
        concat(
            cast(substring(compared_rows.compared_period, 1, 4) as integer) - 1,
            substring(compared_rows.compared_period, 5, 3)
        ) as previous_period
    from {{ ref('int_turnover__compared_rows') }} as compared_rows
    inner join {{ source('register', 'members') }} as members
        on compared_rows.member_id = members.member_id
    where compared_rows.comparison = 'panel'
)

select
    compared.period,
    compared.perimeter,
    compared.member_id,
    compared.siren,
    compared.source_ref,
    compared.row_number,
    compared.current_eur,
    cast(
        cast(compared.previous_eur as double) * cast(indices.value as double) / cast(base_indices.value as double)
        as decimal(24, 6)
    ) as expected_eur,
    base_indices.naf_key is not null as has_index
from compared
left join indices
    on
        compared.naf_key = indices.naf_key
        and compared.compared_period = indices.period
        and indices.recency = 1
left join indices as base_indices
    on
        indices.naf_key = base_indices.naf_key
        and compared.previous_period = base_indices.period
        and base_indices.recency = 1
        and base_indices.value > 0
