-- int_members__by_period quarter by quarter, one year further back for year-on-year comparison.
{% set quarters_as_periods %}
    (select quarter as period, starts_on, ends_on from {{ ref('int_quarters') }}) as quarters
{% endset %}
select
    quarters.quarter,
    quarters.starts_on,
    quarters.ends_on,
    members.perimeter,
    members.member_id,
    members.siren,
    members.function_id
from ({{ members_of(quarters_as_periods) }}) as members
inner join {{ ref('int_quarters') }} as quarters
    on members.period = quarters.quarter
where members.basis = 'flow'
