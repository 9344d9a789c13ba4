-- What becomes of every enterprise of the register for a period being published: it is a member, or why not.
with

periods as (
    select * from {{ ref('int_periods') }}
    where is_current
),

memberships as (
    select distinct member_id from {{ source('register', 'memberships') }}
    where presence <> 'candidate'
),

members as (
    select * from {{ ref('int_members__by_period') }}
    where {{ local('perimeter') }} = 'members'
),

judged as (
    {% for indicator, basis, when_fr in [
        ('members_count', 'stock', 'au dernier jour de la période'),
        ('network_density', 'flow', 'dans la période'),
    ] %}
        select
            '{{ indicator }}' as indicator_id,
            periods.period,
            registered.member_id as entity_id,
            case when members.member_id = registered.member_id then 1 end as contribution,
            case
                when members.member_id = registered.member_id then null
                when members.member_id is not null then 'Même SIREN qu''un autre membre, déjà compté.'
                when memberships.member_id is null then 'Aucune adhésion au registre : candidate ou intéressée.'
                else 'Aucune adhésion en cours {{ when_fr }}.'
            end as exclusion_reason_fr
        from periods
        cross join {{ source('register', 'members') }} as registered
        left join memberships on registered.member_id = memberships.member_id
        left join members
            on
                periods.period = members.period
                and registered.siren = members.siren
                and members.basis = '{{ basis }}'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    *,
    contribution is not null as is_included
from judged
