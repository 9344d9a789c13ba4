-- The matrix of coordinated support: projects that two bodies follow in the same period; on its diagonal, their own.
with followed as (
    select distinct
        period,
        member_id,
        project_id
    from {{ ref('int_supported_projects__followed') }}
    where {{ local('perimeter') }} = 'members' and is_active and is_declared_in_period
)

select
    {{ pole_id('one.member_id') }} as pole_id,
    one.period,
    one.member_id as one_member_id,
    other.member_id as other_member_id,
    cast(count(distinct one.project_id) as integer) as project_count
from followed as one
inner join followed as other
    on
        one.period = other.period
        and one.project_id = other.project_id
        and one.member_id <= other.member_id
inner join {{ ref('int_periods') }} as periods on one.period = periods.period
group by one.period, one.member_id, other.member_id
