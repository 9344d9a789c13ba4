-- What becomes of every collaborative project told of for a period being published, perimeter members.
with

told as (
    select
        periods.period,
        declared.project_id,
        max(case when declared.quarter <= periods.last_quarter then 1 else 0 end) as is_declared_in_period,
        max(case when declared.is_description and declared.status = 'run' then 1 else 0 end) as is_run,
        max(case
            when
                declared.quarter <= periods.last_quarter and declared.is_description and declared.status = 'run' then 1
            else 0
        end) as is_run_in_period,
        max(case
            when declared.evidence_on >= periods.starts_on and declared.evidence_on <= periods.ends_on then 1 else 0
        end) as has_evidence
    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_collaborations__declared') }} as declared on periods.first_quarter <= declared.quarter
    where periods.is_current
    group by periods.period, declared.project_id
),

counted as (
    select
        period,
        entity_id as project_id,
        started_on,
        period_starts_on,
        period_ends_on
    from {{ ref('int_collaborations__run_by_perimeter') }}
    where {{ local('perimeter') }} = 'members'
),

-- a project of the perimeter: a member takes part in it
known as (
    select distinct
        perimeters.period,
        perimeters.project_id
    from {{ ref('int_collaborations__perimeters') }} as perimeters
    inner join {{ ref('int_periods') }} as periods
        on
            perimeters.period = periods.period
            and periods.first_quarter <= perimeters.quarter
            and periods.last_quarter >= perimeters.quarter
    where {{ local('perimeters.perimeter') }} = 'members'
),

judged as (
    select
        told.*,
        counted.project_id is not null as is_counted,
        counted.started_on,
        counted.started_on < counted.period_starts_on as is_older,
        counted.started_on > counted.period_ends_on as is_later,
        known.project_id is not null as has_member
    from told
    left join counted on told.period = counted.period and told.project_id = counted.project_id
    left join known on told.period = known.period and told.project_id = known.project_id
    where told.is_declared_in_period = 1 or counted.project_id is not null
),

reasoned as (
    select
        *,
        case
            when is_counted then null
            when is_run = 0 then 'Le projet n''est pas déclaré mené.'
            when has_evidence = 0 then 'Aucune preuve n''est datée dans la période.'
            else 'Moins de deux membres du pôle y prenaient part à la date de la preuve.'
        end as not_run_reason_fr
    from judged
)

select
    'effectively_run_projects' as indicator_id,
    period,
    project_id as entity_id,
    is_counted as is_included,
    not_run_reason_fr as exclusion_reason_fr
from reasoned
union all
select
    'started_projects' as indicator_id,
    period,
    project_id as entity_id,
    is_counted and coalesce(not is_older and not is_later, false) as is_included,
    case
        when not is_counted then not_run_reason_fr
        when started_on is null then 'La date de début n''est pas renseignée.'
        when is_older then 'Le projet a démarré avant la période.'
        when is_later then 'Le projet démarre après la période.'
    end as exclusion_reason_fr
from reasoned
union all
select
    'share_over_12_months' as indicator_id,
    period,
    project_id as entity_id,
    is_counted and started_on is not null as is_included,
    case
        when not is_counted then not_run_reason_fr
        when started_on is null then 'La date de début n''est pas renseignée : la durée n''est pas connue.'
    end as exclusion_reason_fr
from reasoned
union all
select
    'claimed_projects' as indicator_id,
    period,
    project_id as entity_id,
    is_run_in_period = 1 and not is_counted and has_member as is_included,
    case
        when is_counted then 'Le projet est effectivement mené : il est compté, non listé.'
        when is_run_in_period = 0 then 'Le projet n''est pas déclaré mené dans la période.'
        when not has_member then 'Aucun membre du pôle n''y prend part.'
    end as exclusion_reason_fr
from reasoned
