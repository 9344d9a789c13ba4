-- What becomes of every joint bid told of for a period being published, perimeter members.
with

told as (
    select
        periods.period,
        declared.project_id,
        max(case when declared.status in ('submitted', 'won', 'lost') then 1 else 0 end) as is_submitted,
        max(case when declared.status = 'won' then 1 else 0 end) as is_won
    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_collaborations__declared') }} as declared
        on
            periods.first_quarter <= declared.quarter
            and periods.last_quarter >= declared.quarter
            and declared.is_description
            and declared.project_kind = 'joint_bid'
    where periods.is_current
    group by periods.period, declared.project_id
),

evidenced as (
    select distinct project_id from {{ ref('int_collaborations__declared') }}
    where evidence_on is not null
),

counted as (
    select
        bids.period,
        bids.step,
        bids.entity_id as project_id
    from {{ ref('int_bids') }} as bids
    inner join {{ ref('int_periods') }} as periods on bids.period = periods.period and periods.is_current
    where {{ local('bids.perimeter') }} = 'members'
),

asked as (
    select
        told.*,
        steps.step
    from told
    cross join (
        select 'submitted' as step
        union all
        select 'won' as step
    ) as steps
),

judged as (
    select
        coalesce(asked.period, counted.period) as period,
        coalesce(asked.step, counted.step) as step,
        coalesce(asked.project_id, counted.project_id) as project_id,
        asked.is_submitted,
        asked.is_won,
        counted.project_id is not null as is_counted
    from asked
    full outer join counted
        on asked.period = counted.period and asked.step = counted.step and asked.project_id = counted.project_id
)

select
    concat('bids_', judged.step) as indicator_id,
    judged.period,
    judged.project_id as entity_id,
    judged.is_counted as is_included,
    case
        when judged.is_counted then null
        when judged.step = 'won' and judged.is_won = 0 then 'La réponse n''est pas déclarée gagnée.'
        when judged.is_submitted = 0 then 'La réponse n''est pas encore déposée.'
        when judged.step = 'submitted' and evidenced.project_id is null then 'Aucune preuve ne date le dépôt.'
        else 'Comptée dans une autre période, ou sans membre du pôle dans celle-ci.'
    end as exclusion_reason_fr
from judged
left join evidenced on judged.project_id = evidenced.project_id
