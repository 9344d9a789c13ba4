-- What becomes of each member in each growth, which compares two periods: answered, usable, included, or why not.
with

compared as (
    select
        period,
        perimeter,
        member_id,
        max(case when comparison <> 'silent' then 1 else 0 end) = 1 as is_answered,
        max(case when comparison in ('panel', 'entrant', 'leaver') then 1 else 0 end) = 1 as is_usable,
        max(case when comparison = 'panel' then 1 else 0 end) = 1 as is_panel,
        min(case when comparison <> 'panel' then comparison end) as not_panel,
        min(case when comparison not in ('panel', 'entrant', 'leaver') then comparison end) as not_compared,
        sum(case when comparison = 'panel' then previous_eur end) as panel_base_eur,
        sum(case when comparison in ('panel', 'entrant', 'leaver') then previous_eur end) as base_eur,
        sum(case
            when comparison in ('panel', 'entrant', 'leaver')
                then coalesce(current_eur, 0) - coalesce(previous_eur, 0)
        end) as change_eur
    from {{ ref('int_turnover__year_on_year') }}
    group by 1, 2, 3
),

chained as (
    select distinct
        period,
        perimeter,
        member_id
    from {{ ref('int_turnover__chain_rows') }}
),

growths as (
    {% for indicator, is_included, contribution, reason in [
        ('turnover_panel_growth', 'is_panel', 'panel_base_eur', 'not_panel'),
        ('turnover_total_growth', 'is_usable', 'base_eur', 'not_compared'),
        ('turnover_bridge', 'is_usable', 'change_eur', 'not_compared'),
        (
            'turnover_median_growth', 'is_panel and panel_base_eur > 0', '1',
            "case when is_panel and panel_base_eur <= 0 then 'no_base' else not_panel end",
        ),
    ] %}
        select
            '{{ indicator }}' as indicator_id,
            period,
            perimeter,
            member_id,
            is_answered,
            is_usable,
            {{ is_included }} as is_included,
            cast(case when {{ is_included }} then {{ contribution }} end as decimal(24, 6)) as contribution,
            {{ reason }} as exclusion_reason
        from compared
        union all
    {% endfor %}
    select
        'turnover_chained_growth' as indicator_id,
        coalesce(compared.period, chained.period) as period,
        coalesce(compared.perimeter, chained.perimeter) as perimeter,
        coalesce(compared.member_id, chained.member_id) as member_id,
        coalesce(compared.is_answered, true) as is_answered,
        chained.member_id is not null as is_usable,
        chained.member_id is not null as is_included,
        cast(case when chained.member_id is not null then 1 end as decimal(24, 6)) as contribution,
        case when chained.member_id is null then 'no_link' end as exclusion_reason
    from compared
    full outer join chained
        on
            compared.period = chained.period
            and compared.perimeter = chained.perimeter
            and compared.member_id = chained.member_id
),

sectors as (
    select
        'turnover_growth_vs_sector' as indicator_id,
        growths.period,
        growths.perimeter,
        growths.member_id,
        growths.is_answered,
        growths.is_included and coalesce(indexed.has_index, 0) = 1 as is_usable,
        growths.is_included and coalesce(indexed.has_index, 0) = 1 as is_included,
        cast(indexed.expected_eur as decimal(24, 6)) as contribution,
        case
            when not growths.is_included then growths.exclusion_reason
            when coalesce(indexed.has_index, 0) = 0 then 'no_index'
        end as exclusion_reason
    from growths
    left join (
        select
            period,
            perimeter,
            member_id,
            max(case when has_index then 1 else 0 end) as has_index,
            sum(case when has_index then expected_eur end) as expected_eur
        from {{ ref('int_turnover__vs_sector') }}
        group by 1, 2, 3
    ) as indexed
        on
            growths.period = indexed.period
            and growths.perimeter = indexed.perimeter
            and growths.member_id = indexed.member_id
    where growths.indicator_id = 'turnover_panel_growth'
)

select * from growths
union all
select * from sectors
