-- The cohort of a quarter is what new_supported_projects counts in it. Takeovers are apart, and a creation before the
-- threshold is not a conversion. Nothing is seen after the last day of the run's quarter.
with

run as (
    select ends_on as seen_until_on from {{ ref('int_periods') }}
    where is_current and period_kind = 'quarter'
),

followed as (
    select
        followed.*,
        row_number() over (
            partition by followed.period, followed.perimeter, followed.project_id
            order by followed.threshold_on, followed.siren, followed.source_ref, followed.row_number
        ) as body_rank
    from {{ ref('int_supported_projects__followed') }} as followed
    inner join {{ ref('int_cohorts') }} as cohorts on followed.period = cohorts.period
    where followed.is_active and followed.project_threshold_on >= followed.starts_on
)

select
    followed.period as cohort,
    followed.ends_on as cohort_ends_on,
    followed.perimeter,
    followed.project_id,
    followed.siren,
    followed.project_threshold_on as threshold_on,
    case
        when
            creations.creation_kind <> 'takeover'
            and creations.created_on >= followed.project_threshold_on
            and creations.created_on <= run.seen_until_on
            then creations.created_on
    end as created_on,
    run.seen_until_on,
    bodies.source_ref,
    bodies.row_number
from followed
cross join run
inner join {{ ref('int_supported_projects__bodies') }} as bodies
    on
        followed.project_id = bodies.project_id
        and followed.siren = bodies.sender_siren
left join {{ ref('int_creations') }} as creations on followed.project_id = creations.project_id
where followed.body_rank = 1
