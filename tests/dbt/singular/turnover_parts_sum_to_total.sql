-- Functions, members and presences each make up the whole, to the cent, in every period.
with

figures as (
    select * from {{ ref('crit_turnover_total') }}
    where value is not null
),

parts as (
    select
        period,
        perimeter,
        dimension as cut,
        sum(value) as parts_eur
    from figures
    where dimension <> 'all'
    group by 1, 2, 3
    union all
    select
        period,
        {{ qualified('perimeter', "'members'") }} as perimeter,
        'presence' as cut,
        sum(value) as parts_eur
    from figures
    where dimension = 'all' and {{ local('perimeter') }} <> 'members'
    group by 1, 2
),

cuts as (
    select 'function' as cut
    union all
    select 'member' as cut
    union all
    select 'presence' as cut
),

-- a longer row of a member that changed presence belongs to neither presence
longer_rows as (
    select distinct
        period,
        {{ pole_of('perimeter') }} as qualifier
    from {{ ref('int_turnover__by_period') }}
    where is_longer_row
)

select
    figures.period,
    figures.perimeter,
    cuts.cut,
    figures.value,
    parts.parts_eur
from figures
cross join cuts
left join parts
    on
        figures.period = parts.period
        and figures.perimeter = parts.perimeter
        and cuts.cut = parts.cut
left join longer_rows
    on figures.period = longer_rows.period and {{ pole_of('figures.perimeter') }} = longer_rows.qualifier
where
    figures.dimension = 'all'
    and figures.value <> coalesce(parts.parts_eur, 0)
    and (cuts.cut <> 'presence' or ({{ local('figures.perimeter') }} = 'members' and longer_rows.period is null))
