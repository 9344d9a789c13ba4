-- Both sides of each comparison. A year is compared quarter by quarter; where a longer row stands in either year, whole
-- (compared_quarter 0), unless the two years are not known whole and share a quarter that is known on its own: then the
-- longer row gives way, and the member is compared on the quarters it gave for both.
with

known as (
    select
        *,
        extract(quarter from starts_on) as quarter_number
    from {{ ref('int_turnover__period_quarters') }}
),

filled as (
    select * from {{ ref('int_turnover__by_period') }}
),

pairs as (
    select
        period,
        perimeter,
        member_id,
        quarter_number,
        max(case when is_longer_row then 1 else 0 end) as has_longer_row,
        sum(case when is_known then 1 else 0 end) as known_count,
        sum(case when is_quarter_known then 1 else 0 end) as own_count
    from filled
    group by 1, 2, 3, 4
),

members as (
    select
        period,
        perimeter,
        member_id,
        max(has_longer_row) = 1 and (min(known_count) = 2 or max(own_count) < 2) as is_compared_whole
    from pairs
    group by 1, 2, 3
)

{% for relation, condition, compared_quarter in [
    ('filled', 'members.is_compared_whole', '0'),
    ('known', 'not members.is_compared_whole', 'known.quarter_number'),
] %}
    select
        {{ relation }}.period,
        {{ relation }}.period_kind,
        {{ relation }}.side,
        {{ relation }}.perimeter,
        {{ relation }}.member_id,
        {{ relation }}.siren,
        {{ relation }}.function_id,
        {{ relation }}.has_joined,
        {{ relation }}.has_left,
        {{ relation }}.quarter,
        {{ relation }}.quarter_number,
        {{ compared_quarter }} as compared_quarter,
        {{ relation }}.is_known,
        {{ relation }}.is_chart_2025,
        {{ relation }}.net_turnover_eur,
        {{ relation }}.source_ref,
        {{ relation }}.row_number
    from {{ relation }}
    inner join members
        on
            {{ relation }}.period = members.period
            and {{ relation }}.perimeter = members.perimeter
            and {{ relation }}.member_id = members.member_id
    where {{ condition }}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
