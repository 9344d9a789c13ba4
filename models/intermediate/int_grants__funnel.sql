-- Cumulative funnel: at the end of a period, a grant decided by then is in every stage that its status has passed.
-- A grant without a date is counted at the end of every period: nothing says that it came later.
with

grants as (
    select
        grant_id,
        row_number,
        status,
        decided_on,
        coalesce(requested_eur, amount_eur) as requested_eur,
        coalesce(awarded_eur, amount_eur) as awarded_eur,
        coalesce(paid_eur, amount_eur) as paid_eur
    from {{ source('register', 'grants') }}
),

stages as (
    select
        grant_id,
        row_number,
        decided_on,
        'requested' as stage,
        requested_eur as amount_eur
    from grants
    union all
    select
        grant_id,
        row_number,
        decided_on,
        'awarded' as stage,
        awarded_eur as amount_eur
    from grants
    where status in ('notified', 'contracted', 'paid', 'closed')
    union all
    select
        grant_id,
        row_number,
        decided_on,
        'paid' as stage,
        paid_eur as amount_eur
    from grants
    where status in ('paid', 'closed')
)

select
    periods.period,
    stages.stage,
    stages.grant_id,
    stages.row_number,
    stages.amount_eur
from stages
inner join {{ ref('int_periods') }} as periods
    on stages.decided_on is null or stages.decided_on <= periods.ends_on
