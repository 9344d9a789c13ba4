-- Alive at k years is proved by a check on or after the anniversary, or by a merger at any date. Ceased needs a check
-- up to the period's end; an older check proves nothing. A check without its date is one of the quarter that
-- declares it.
with

horizons as (
    select
        3 as horizon_years,
        36 as horizon_months
    union all
    select
        5 as horizon_years,
        60 as horizon_months
),

anniversaries as (
    select
        periods.period,
        periods.ends_on,
        horizons.horizon_years,
        creations.*
    from {{ ref('int_creations') }} as creations
    cross join horizons
    inner join {{ ref('int_periods') }} as periods
        on
            creations.created_on >= {{ months_later('periods.starts_on', '-horizons.horizon_months') }}
            and creations.created_on <= {{ months_later('periods.ends_on', '-horizons.horizon_months') }}
    where creations.creation_kind <> 'takeover'
),

checks as (
    select
        declared.project_id,
        declared.activity_status,
        coalesce(declared.checked_on, {{ quarter_last_day('declared.quarter') }}) as checked_on
    from {{ ref('int_supported_projects__identified') }} as declared
    where declared.activity_status in ('active', 'ceased', 'merged')
),

states as (
    select
        anniversaries.period,
        anniversaries.horizon_years,
        anniversaries.project_id,
        case
            when max(case when checks.activity_status = 'merged' then 1 end) = 1 then 'alive'
            when
                max(case
                    when
                        checks.activity_status = 'active'
                        and {{ months_later('anniversaries.created_on', 'anniversaries.horizon_years * 12') }}
                        <= checks.checked_on
                        then 1
                end) = 1
                then 'alive'
            when
                max(case
                    when checks.activity_status = 'ceased' and checks.checked_on <= anniversaries.ends_on then 1
                end) = 1
                then 'ceased'
            else 'unknown'
        end as state
    from anniversaries
    left join checks on anniversaries.project_id = checks.project_id
    group by anniversaries.period, anniversaries.horizon_years, anniversaries.project_id
)

select
    states.period,
    members.perimeter,
    states.horizon_years,
    states.project_id as entity_id,
    states.state,
    anniversaries.is_micro,
    members.siren,
    anniversaries.source_ref,
    anniversaries.row_number
from states
inner join anniversaries
    on
        states.period = anniversaries.period
        and states.horizon_years = anniversaries.horizon_years
        and states.project_id = anniversaries.project_id
inner join {{ ref('int_supported_projects__bodies') }} as bodies on states.project_id = bodies.project_id
inner join {{ ref('int_members__by_period') }} as members
    on
        states.period = members.period
        and bodies.sender_siren = members.siren
        and members.basis = 'flow'
