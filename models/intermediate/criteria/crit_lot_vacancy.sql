-- Square metres times days without an occupant over square metres times days to let.
with

lots as (
    select * from {{ ref('int_lots__by_period') }}
),

contributions as (
    select
        period,
        {{ qualified('lot_id', "'pole'") }} as perimeter,
        'all' as dimension,
        'all' as item,
        lot_id as entity_id,
        cast(null as {{ dbt.type_string() }}) as siren,
        'register/lots' as source_ref,
        row_number,
        vacant_m2_days as numerator,
        lettable_m2_days as denominator
    from lots
),

-- the register itself answers for every lot
frames as (
    select
        periods.period,
        concat(poles.qualifier, 'pole') as perimeter,
        'all' as dimension,
        'all' as item,
        cast(count(lots.lot_id) as integer) as expected_count,
        cast(count(lots.lot_id) as integer) as answered_count
    from {{ ref('int_periods') }} as periods
    cross join {{ poles() }} as poles
    left join lots on periods.period = lots.period and {{ pole_of('lots.lot_id') }} = poles.qualifier
    group by 1, 2
)

{{ rate_figures('lot_vacancy', frames='frames', nobody_reason='Aucun lot dans le registre.') }}
