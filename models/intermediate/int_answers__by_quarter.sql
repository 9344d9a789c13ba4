-- An empty sheet in a filled form is an answer of nothing: its slice exists, so its sender has answered.
-- For turnover the answer may also come from accounts: a quarter counts once it is known from any source.
select distinct
    members.member_id,
    slices.quarter,
    slices.kind as answer_kind
from {{ ref('stg_record__slices') }} as slices
inner join {{ source('register', 'members') }} as members
    on slices.sender_siren = members.siren
where
    slices.kind in ('supported_projects', 'collaborative_projects', 'posts', 'joint_purchases')
union all
select
    member_id,
    quarter,
    'activity' as answer_kind
from {{ ref('int_turnover__member_quarters') }}
where has_answered
