-- Collaborative projects as described for each quarter by the row that speaks for all partners.
with

partners as (
    select
        quarter,
        project_id,
        cast(count(distinct siren) as integer) as member_count
    from {{ ref('int_collaborations__partners') }}
    group by 1, 2
),

declared as (
    select
        quarter,
        project_id,
        cast(count(distinct sender_siren) as integer) as declarant_count,
        max(evidence_on) as evidence_on
    from {{ ref('int_collaborations__declared') }}
    group by 1, 2
)

select
    {{ pole_id('descriptions.project_id') }} as pole_id,
    descriptions.quarter,
    descriptions.project_id,
    descriptions.project_kind,
    descriptions.status,
    descriptions.started_on,
    descriptions.ended_on,
    declared.evidence_on,
    coalesce(partners.member_count, 0) as member_count,
    declared.declarant_count,
    tiers.tier,
    tiers.has_joint_bookings
from {{ ref('int_collaborations__declared') }} as descriptions
inner join declared
    on descriptions.quarter = declared.quarter and descriptions.project_id = declared.project_id
inner join {{ ref('int_collaborations__tiers') }} as tiers
    on descriptions.quarter = tiers.quarter and descriptions.project_id = tiers.project_id
left join partners
    on descriptions.quarter = partners.quarter and descriptions.project_id = partners.project_id
where descriptions.is_description
