-- Every member counts once, in each perimeter, at the last day of the period.
with

members as (
    select * from {{ ref('int_members__by_period') }}
    where basis = 'stock'
),

memberships as (
    select
        member_id,
        min(row_number) as row_number
    from {{ source('register', 'memberships') }}
    group by 1
),

counted as (
    select
        members.*,
        memberships.row_number
    from members
    inner join memberships on members.member_id = memberships.member_id
),

contributions as (
    select
        period,
        perimeter,
        'all' as dimension,
        'all' as item,
        member_id as entity_id,
        siren,
        'register/memberships' as source_ref,
        row_number,
        1 as contribution
    from counted
    union all
    select
        period,
        perimeter,
        'function' as dimension,
        function_id as item,
        member_id as entity_id,
        siren,
        'register/memberships' as source_ref,
        row_number,
        1 as contribution
    from counted
),

-- the register itself answers, even for a perimeter where it has nobody: nobody is 0, not an absence
figures as (
    {{ additive_figures('members_count') }}
)

select
    indicator_id,
    period,
    perimeter,
    dimension,
    item,
    coalesce(value, 0) as value,
    numerator,
    denominator,
    contributors,
    expected_count,
    answered_count,
    cast(null as {{ dbt.type_string() }}) as reason,
    sources
from figures
