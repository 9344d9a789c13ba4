-- How far each project declared for a quarter is proved: said by one partner, said by two, evidenced, and then met in
-- the booking logs, where two of its partners held the same room at the same time.
with

declared as (
    select
        quarter,
        project_id,
        max(case when is_description then status end) as status,
        count(distinct sender_siren) as declarant_count
    from {{ ref('int_collaborations__declared') }}
    group by quarter, project_id
),

evidenced as (
    select distinct
        period as quarter,
        project_id
    from {{ ref('int_collaborations__run') }}
),

used_rooms as (
    select
        bookings.siren,
        parts.part_id as room_id,
        bookings.starts_at,
        bookings.ends_at,
        {{ quarter_of('bookings.day_on') }} as quarter
    from {{ ref('int_bookings__effective') }} as bookings
    inner join {{ ref('int_rooms__parts') }} as parts on bookings.room_id = parts.room_id
    where bookings.siren is not null and bookings.status = 'confirmed'
),

met as (
    select distinct
        partners.quarter,
        partners.project_id
    from {{ ref('int_collaborations__partners') }} as partners
    inner join {{ ref('int_collaborations__partners') }} as others
        on
            partners.quarter = others.quarter
            and partners.project_id = others.project_id
            and partners.siren < others.siren
    inner join used_rooms as one on partners.quarter = one.quarter and partners.siren = one.siren
    inner join used_rooms as other
        on
            others.siren = other.siren
            and one.room_id = other.room_id
            and one.starts_at < other.ends_at
            and one.ends_at > other.starts_at
),

told as (
    select
        declared.quarter,
        declared.project_id,
        declared.status = 'run' as is_claimed,
        declared.declarant_count > 1 as is_reciprocal,
        evidenced.project_id is not null as is_evidenced,
        met.project_id is not null as has_joint_bookings
    from declared
    left join evidenced on declared.quarter = evidenced.quarter and declared.project_id = evidenced.project_id
    left join met on declared.quarter = met.quarter and declared.project_id = met.project_id
)

select
    *,
    case
        when is_evidenced and has_joint_bookings then 'corroborated'
        when is_evidenced then 'evidenced'
        when is_claimed and is_reciprocal then 'reciprocal'
        when is_claimed then 'claimed'
        else 'not_claimed'
    end as tier
from told
