-- What becomes of every project told of for a period being published, perimeter members: counted, or why not.
with

periods as (
    select * from {{ ref('int_periods') }}
    where is_current
),

told as (
    select
        periods.period,
        periods.starts_on,
        periods.ends_on,
        declared.project_id,
        max(case when declared.quarter <= periods.last_quarter then 1 else 0 end) as is_declared_in_period,
        max(case when declared.creation_kind is not null or declared.created_on is not null then 1 else 0 end)
            as mentions_creation,
        max(case when members.member_id is not null then 1 else 0 end) as has_member,
        min(case when members.member_id is not null then bodies.threshold_on end) as threshold_on
    from periods
    inner join {{ ref('int_supported_projects__identified') }} as declared on declared.quarter >= periods.first_quarter
    left join {{ ref('int_members__by_period') }} as members
        on
            periods.period = members.period
            and declared.sender_siren = members.siren
            and members.perimeter = 'members'
            and members.basis = 'flow'
    left join {{ ref('int_supported_projects__bodies') }} as bodies
        on
            declared.project_id = bodies.project_id
            and declared.sender_siren = bodies.sender_siren
    group by periods.period, periods.starts_on, periods.ends_on, declared.project_id
),

supported as (
    select distinct
        period,
        project_id
    from {{ ref('int_supported_projects__followed') }}
    where perimeter = 'members' and is_active and is_declared_in_period
),

creations as (
    select distinct
        period,
        entity_id as project_id
    from {{ ref('int_creations__by_period') }}
    where perimeter = 'members' and creation_kind <> 'takeover'
)

select
    'supported_projects' as indicator_id,
    told.period,
    told.project_id as entity_id,
    supported.project_id is not null as is_included,
    case
        when supported.project_id is not null then null
        when told.has_member = 0 then 'Aucune structure membre dans la période ne déclare ce projet.'
        when told.threshold_on is null then 'Personne seulement accueillie : aucun seuil d''accompagnement.'
        when told.threshold_on > told.ends_on then 'Le seuil d''accompagnement est après la période.'
        else 'L''accompagnement était terminé avant la période.'
    end as exclusion_reason_fr
from told
left join supported on told.period = supported.period and told.project_id = supported.project_id
where told.is_declared_in_period = 1
union all
select
    'effective_creations' as indicator_id,
    told.period,
    told.project_id as entity_id,
    credited.project_id is not null as is_included,
    case
        when credited.project_id is not null then null
        when told.has_member = 0 then 'Aucune structure membre dans la période ne déclare ce projet.'
        when told.threshold_on is null then 'Personne seulement accueillie : aucun seuil d''accompagnement.'
        when events.project_id is null then 'Il manque la date ou le type de la création.'
        when events.creation_kind = 'takeover' then 'Reprise : comptée à part.'
        when events.created_on < told.starts_on or events.created_on > told.ends_on
            then 'La première création du projet est hors de la période.'
        else 'Aucune structure membre n''avait passé le seuil d''accompagnement dans la période.'
    end as exclusion_reason_fr
from told
left join creations as credited on told.period = credited.period and told.project_id = credited.project_id
left join {{ ref('int_creations') }} as events on told.project_id = events.project_id
where told.mentions_creation = 1 or credited.project_id is not null
