-- What is sold outside is the total less what members sell to each other.
select
    totals.period,
    totals.perimeter
from {{ ref('crit_turnover_total') }} as totals
inner join {{ ref('crit_turnover_external') }} as externals
    on
        totals.period = externals.period
        and totals.perimeter = externals.perimeter
inner join {{ ref('crit_intra_pole_sales') }} as intra
    on
        totals.period = intra.period
        and totals.perimeter = intra.perimeter
where
    totals.dimension = 'all'
    and totals.value - coalesce(intra.value, 0) <> externals.value
