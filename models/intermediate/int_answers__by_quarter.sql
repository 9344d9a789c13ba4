-- An empty sheet in a filled form is an answer of nothing: its slice exists, so its sender has answered.
select distinct
    members.member_id,
    slices.quarter,
    slices.kind as answer_kind
from {{ ref('stg_record__slices') }} as slices
inner join {{ source('register', 'members') }} as members
    on slices.sender_siren = members.siren
where
    slices.kind in ('supported_projects', 'collaborative_projects', 'posts', 'joint_purchases')
