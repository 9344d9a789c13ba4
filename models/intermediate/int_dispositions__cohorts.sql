-- What becomes of every project past its threshold, then of every activity created, in the rates of a period being
-- published, perimeter members: in the denominator, or why not.
with

periods as (
    select * from {{ ref('int_periods') }}
    where is_current
),

cohorts as (
    select * from {{ ref('int_cohorts__projects') }}
    where {{ local('perimeter') }} = 'members'
),

thresholds as (
    select
        project_id,
        min(project_threshold_on) as threshold_on
    from {{ ref('int_supported_projects__bodies') }}
    where project_threshold_on is not null
    group by project_id
),

followed as (
    select
        period,
        entity_id as project_id,
        horizon_years
    from {{ ref('int_creations__survival') }}
    where {{ local('perimeter') }} = 'members'
    group by period, entity_id, horizon_years
),

judged as (
    {% for months in [12, 24, 36] %}
        select
            'conversion_rate_{{ months }}m' as indicator_id,
            periods.period,
            thresholds.project_id as entity_id,
            case
                when cohorts.project_id is null
                    then 'Aucune structure membre ne le suivait au trimestre de son premier seuil.'
                when {{ months_later('cohorts.cohort_ends_on', months) }} > periods.ends_on
                    then 'Cohorte trop récente : moins de {{ months }} mois de recul.'
            end as exclusion_reason_fr
        from periods
        inner join thresholds on periods.ends_on >= thresholds.threshold_on
        left join cohorts on thresholds.project_id = cohorts.project_id
        union all
    {% endfor %}
    select
        'conversion_rate_24m_km' as indicator_id,
        periods.period,
        thresholds.project_id as entity_id,
        case
            when cohorts.project_id is null
                then 'Aucune structure membre ne le suivait au trimestre de son premier seuil.'
            when {{ months_later('cohorts.cohort_ends_on', 24) }} <= cohorts.seen_until_on
                then 'Cohorte de 24 mois ou plus : son taux est observé, rien n''est à estimer.'
        end as exclusion_reason_fr
    from periods
    inner join thresholds on periods.ends_on >= thresholds.threshold_on
    left join cohorts on thresholds.project_id = cohorts.project_id
    -- its figures are those of cohorts, told once, by the quarter
    where periods.period_kind = 'quarter'
    union all
    {% for years in [3, 5] %}
        select
            'survival_rate_{{ years }}y' as indicator_id,
            periods.period,
            creations.project_id as entity_id,
            case
                when followed.project_id is not null then null
                when creations.creation_kind = 'takeover' then 'Reprise : comptée à part.'
                else 'Aucune structure membre dans la période n''a accompagné ce projet.'
            end as exclusion_reason_fr
        from periods
        inner join {{ ref('int_creations') }} as creations
            on
                creations.created_on >= {{ months_later('periods.starts_on', -12 * years) }}
                and creations.created_on <= {{ months_later('periods.ends_on', -12 * years) }}
        left join followed
            on
                periods.period = followed.period
                and creations.project_id = followed.project_id
                and followed.horizon_years = {{ years }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    *,
    exclusion_reason_fr is null as is_included
from judged
