-- What becomes of every collaborative project told of for a period being published, perimeter members.
with

told as (
    select
        periods.period,
        declared.project_id,
        max(case when declared.quarter <= periods.last_quarter then 1 else 0 end) as is_declared_in_period,
        max(case when declared.is_description and declared.status = 'run' then 1 else 0 end) as is_run,
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
        entity_id as project_id
    from {{ ref('int_collaborations__run_by_perimeter') }}
    where perimeter = 'members'
)

select
    'effectively_run_projects' as indicator_id,
    told.period,
    told.project_id as entity_id,
    counted.project_id is not null as is_included,
    case
        when counted.project_id is not null then null
        when told.is_run = 0 then 'Le projet n''est pas déclaré mené.'
        when told.has_evidence = 0 then 'Aucune preuve n''est datée dans la période.'
        else 'Moins de deux membres du pôle y prenaient part à la date de la preuve.'
    end as exclusion_reason_fr
from told
left join counted on told.period = counted.period and told.project_id = counted.project_id
where told.is_declared_in_period = 1 or counted.project_id is not null
