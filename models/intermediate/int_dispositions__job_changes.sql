-- What every post declared for the last quarter of a period being published, or a year before, adds to the net change
-- of jobs, perimeter members.
with

employed as (
    select
        period,
        entity_id as post_id,
        working_time
    from {{ ref('int_posts__employed') }}
    where {{ local('perimeter') }} = 'members'
),

changes as (
    select
        told.period,
        told.post_id,
        max(now.working_time) as working_time,
        max(before.working_time) as previous_working_time,
        coalesce(max(now.working_time), max(before.working_time)) is not null as is_employed
    from (
        select distinct
            periods.period,
            periods.previous_last_quarter,
            posts.post_id
        from {{ ref('int_periods') }} as periods
        inner join {{ ref('int_posts__ledger') }} as posts
            on posts.quarter in (periods.last_quarter, periods.previous_last_quarter)
        where periods.is_current
    ) as told
    left join employed as now on told.period = now.period and told.post_id = now.post_id
    left join employed as before on told.previous_last_quarter = before.period and told.post_id = before.post_id
    group by 1, 2
)

select
    'jobs_net_change_fte' as indicator_id,
    period,
    post_id as entity_id,
    is_employed as is_included,
    case when is_employed then coalesce(working_time, 0) - coalesce(previous_working_time, 0) end as contribution,
    case
        when not is_employed
            then 'Ouvert chez aucun membre, ni au dernier jour de la période ni un an avant.'
    end as exclusion_reason_fr
from changes
