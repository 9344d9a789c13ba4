-- What each partner declares of created posts, shares ignored and double counts included.
select
    periods.period,
    members.perimeter,
    declarants.post_id as entity_id,
    declarants.sender_siren as siren,
    declarants.working_time,
    declarants.source_ref,
    declarants.row_number
from {{ ref('int_posts__declarants') }} as declarants
inner join {{ ref('int_periods') }} as periods on declarants.quarter = periods.last_quarter
inner join {{ ref('int_members__by_period') }} as members
    on
        periods.period = members.period
        and declarants.sender_siren = members.siren
        and members.basis = 'stock'
where
    declarants.category = 'created'
    and declarants.started_on <= periods.ends_on
    and coalesce(declarants.ended_on, periods.ends_on) >= periods.ends_on
