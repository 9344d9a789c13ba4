-- Declared run in a declaration that brings evidence dated in the period, with two members or more on that date. A late
-- evidence goes to the period of its date; the description is that of the last declaration that proves it.
with

descriptions as (
    select * from {{ ref('int_collaborations__declared') }}
    where is_description and status = 'run'
),

memberships as (
    select
        members.siren,
        memberships.joined_on,
        coalesce(memberships.left_on, cast('9999-12-31' as date)) as left_on
    from {{ source('register', 'memberships') }} as memberships
    inner join {{ source('register', 'members') }} as members on memberships.member_id = members.member_id
    where memberships.presence <> 'candidate'
),

evidenced as (
    select
        evidence.project_id,
        evidence.quarter,
        evidence.evidence_on,
        evidence.sender_siren,
        evidence.source_ref,
        evidence.row_number,
        partners.siren as member_siren,
        descriptions.project_kind,
        descriptions.started_on,
        descriptions.ended_on
    from {{ ref('int_collaborations__declared') }} as evidence
    inner join descriptions
        on
            evidence.project_id = descriptions.project_id
            and evidence.quarter = descriptions.quarter
    inner join {{ ref('int_collaborations__partners') }} as partners
        on
            evidence.project_id = partners.project_id
            and evidence.quarter = partners.quarter
    inner join memberships
        on
            partners.siren = memberships.siren
            and evidence.evidence_on >= memberships.joined_on
            and evidence.evidence_on <= memberships.left_on
),

corroborated as (
    select
        project_id,
        quarter,
        evidence_on
    from evidenced
    group by project_id, quarter, evidence_on
    having count(distinct member_siren) >= 2
)

select distinct
    periods.period,
    periods.starts_on as period_starts_on,
    periods.ends_on as period_ends_on,
    evidenced.project_id,
    evidenced.quarter,
    evidenced.evidence_on,
    evidenced.project_kind,
    evidenced.started_on,
    evidenced.ended_on,
    evidenced.member_siren,
    evidenced.sender_siren,
    evidenced.source_ref,
    evidenced.row_number,
    dense_rank() over (
        partition by periods.period, evidenced.project_id
        order by
            evidenced.quarter desc, evidenced.evidence_on desc, evidenced.source_ref, evidenced.row_number
    ) as evidence_rank
from evidenced
inner join corroborated
    on
        evidenced.project_id = corroborated.project_id
        and evidenced.quarter = corroborated.quarter
        and evidenced.evidence_on = corroborated.evidence_on
inner join {{ ref('int_periods') }} as periods
    on
        periods.starts_on <= evidenced.evidence_on
        and periods.ends_on >= evidenced.evidence_on
