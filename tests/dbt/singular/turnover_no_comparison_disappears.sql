-- Each member of either of the two compared periods has one verdict, and a panel holds the same members at both dates.
select
    quarters.period,
    quarters.perimeter,
    quarters.member_id
from {{ ref('int_turnover__compared_quarters') }} as quarters
left join {{ ref('int_turnover__year_on_year') }} as comparisons
    on
        quarters.period = comparisons.period
        and quarters.perimeter = comparisons.perimeter
        and quarters.member_id = comparisons.member_id
        and quarters.compared_quarter = comparisons.compared_quarter
where comparisons.comparison is null
union all
select
    period,
    perimeter,
    member_id
from {{ ref('int_turnover__year_on_year') }}
where comparison = 'panel' and (current_eur is null or previous_eur is null)
