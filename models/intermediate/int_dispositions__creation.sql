-- What becomes of every project of which a creation is told for a period being published, perimeter members.
with

told as (
    select * from {{ ref('int_supported_projects__told') }}
),

credited as (
    select distinct
        period,
        entity_id as project_id,
        case creation_kind when 'takeover' then 'takeovers' else 'effective_creations' end as indicator_id
    from {{ ref('int_creations__by_period') }}
    where {{ local('perimeter') }} = 'members'
),

indicators as (
    select
        indicator_id,
        indicator_id = 'takeovers' as is_takeover
    from {{ ref('indicators') }}
    where indicator_id in ('effective_creations', 'takeovers')
)

select
    indicators.indicator_id,
    told.period,
    told.project_id as entity_id,
    credited.project_id is not null as is_included,
    case
        when credited.project_id is not null then null
        when told.has_member = 0 then 'Aucune structure membre dans la période ne déclare ce projet.'
        when told.threshold_on is null then 'Personne seulement accueillie : aucun seuil d''accompagnement.'
        when events.project_id is null then 'Il manque la date ou le type de la création.'
        when events.creation_kind = 'takeover' and not indicators.is_takeover then 'Reprise : comptée à part.'
        when events.creation_kind <> 'takeover' and indicators.is_takeover then 'Création : comptée à part.'
        when events.created_on < told.starts_on or events.created_on > told.ends_on
            then 'La première création du projet est hors de la période.'
        else 'Aucune structure membre n''avait passé le seuil d''accompagnement dans la période.'
    end as exclusion_reason_fr
from told
cross join indicators
left join credited
    on
        indicators.indicator_id = credited.indicator_id
        and told.period = credited.period
        and told.project_id = credited.project_id
left join {{ ref('int_creations') }} as events on told.project_id = events.project_id
where told.mentions_creation = 1 or credited.project_id is not null
