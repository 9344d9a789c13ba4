-- Members of the register that take part: listed, leading, or declaring. The managing body's own declaration is not a
-- participation: it counts when it is listed or leads, as an operator.
with

declared as (
    select * from {{ ref('int_collaborations__declared') }}
),

members as (
    select distinct siren from {{ source('register', 'members') }}
)

select distinct
    declared.project_ref,
    declared.project_id,
    declared.quarter,
    members.siren
from declared
inner join members
    on
        {{ same_pole('declared.project_ref', 'members.siren') }}
        and (
            {{ list_has("replace(declared.partners, ' ', '')", 'members.siren') }}
            or declared.lead_siren = members.siren
            or (
                declared.sender_siren = members.siren
                and members.siren not in (select poles.managing_body_siren from {{ poles() }} as poles)
            )
        )
