-- What becomes of every project told of for a period being published, and of every file of a body (for the sum of
-- declarations), perimeter members: counted, or why not.
with

told as (
    select * from {{ ref('int_supported_projects__told') }}
),

followed as (
    select
        period,
        project_id,
        max(case when is_declared_in_period then 1 else 0 end) as is_declared_in_period,
        max(case when project_threshold_on >= starts_on then 1 else 0 end) as is_new
    from {{ ref('int_supported_projects__followed') }}
    where {{ local('perimeter') }} = 'members' and is_active
    group by period, project_id
),

files as (
    select
        period,
        ends_on,
        file_id,
        max(case when has_member then 1 else 0 end) as has_member,
        min(threshold_on) as threshold_on
    from {{ ref('int_supported_projects__told_rows') }}
    where is_declared_in_period
    group by period, ends_on, file_id
),

followed_files as (
    select distinct
        period,
        file_id
    from {{ ref('int_supported_projects__followed') }}
    where {{ local('perimeter') }} = 'members' and is_active and is_declared_in_period
),

judged as (
    select
        'supported_projects' as indicator_id,
        told.*,
        followed.is_declared_in_period = 1 as is_counted
    from told
    left join followed on told.period = followed.period and told.project_id = followed.project_id
    where told.is_declared_in_period = 1
    union all
    select
        'new_supported_projects' as indicator_id,
        told.*,
        followed.is_new = 1 as is_counted
    from told
    left join followed on told.period = followed.period and told.project_id = followed.project_id
    where told.is_declared_in_period = 1 or followed.is_new = 1
)

select
    indicator_id,
    period,
    project_id as entity_id,
    coalesce(is_counted, false) as is_included,
    case
        when is_counted then null
        when has_member = 0 then 'Aucune structure membre dans la période ne déclare ce projet.'
        when threshold_on is null then 'Personne seulement accueillie : aucun seuil d''accompagnement.'
        when threshold_on > ends_on then 'Le seuil d''accompagnement est après la période.'
        when indicator_id = 'new_supported_projects' and project_threshold_on < starts_on
            then 'Le premier seuil d''accompagnement est avant la période.'
        else 'L''accompagnement était terminé avant la période.'
    end as exclusion_reason_fr
from judged
union all
select
    'declared_supported_projects' as indicator_id,
    files.period,
    files.file_id as entity_id,
    followed_files.file_id is not null as is_included,
    case
        when followed_files.file_id is not null then null
        when files.has_member = 0 then 'La structure qui déclare ce dossier n''est pas membre dans la période.'
        when files.threshold_on is null then 'Personne seulement accueillie : aucun seuil d''accompagnement.'
        when files.threshold_on > files.ends_on then 'Le seuil d''accompagnement est après la période.'
        else 'L''accompagnement était terminé avant la période.'
    end as exclusion_reason_fr
from files
left join followed_files on files.period = followed_files.period and files.file_id = followed_files.file_id
