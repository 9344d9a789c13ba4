-- The inputs of every comparison, each on its own side: current amounts add to numerators, previous ones to bases.
select
    quarters.period,
    quarters.perimeter,
    quarters.member_id,
    quarters.siren,
    quarters.function_id,
    quarters.source_ref,
    quarters.row_number,
    comparisons.compared_period,
    comparisons.comparison,
    case when quarters.side = 'current' then quarters.net_turnover_eur end as current_eur,
    case when quarters.side = 'previous' then quarters.net_turnover_eur end as previous_eur
from {{ ref('int_turnover__compared_quarters') }} as quarters
inner join {{ ref('int_turnover__year_on_year') }} as comparisons
    on
        quarters.period = comparisons.period
        and quarters.perimeter = comparisons.perimeter
        and quarters.member_id = comparisons.member_id
        and quarters.compared_quarter = comparisons.compared_quarter
where
    comparisons.comparison in ('panel', 'entrant', 'leaver')
    and quarters.net_turnover_eur is not null
