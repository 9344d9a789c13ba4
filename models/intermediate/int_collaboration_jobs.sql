-- A post of a project belongs to a perimeter when a partner that declares it is a member of it on the last day.
with

declaring_members as (
    select distinct
        members.period,
        members.perimeter,
        declarants.quarter,
        declarants.post_id
    from {{ ref('int_posts__declarants') }} as declarants
    inner join {{ ref('int_members__by_period') }} as members
        on
            declarants.sender_siren = members.siren
            and members.basis = 'stock'
)

select
    open_posts.period,
    declaring_members.perimeter,
    open_posts.category,
    open_posts.post_id as entity_id,
    open_posts.employer_siren as siren,
    shares.project_ref,
    shares.project_kind,
    cast(open_posts.working_time * shares.attributed_share as decimal(24, 6)) as attributed_fte,
    open_posts.source_ref,
    open_posts.row_number
from {{ ref('int_posts__open') }} as open_posts
inner join {{ ref('int_posts__project_shares') }} as shares
    on
        open_posts.quarter = shares.quarter
        and open_posts.post_id = shares.post_id
inner join declaring_members
    on
        open_posts.period = declaring_members.period
        and open_posts.quarter = declaring_members.quarter
        and open_posts.post_id = declaring_members.post_id
