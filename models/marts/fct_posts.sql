-- Posts as declared for the last quarter of each period, counted once whoever declares them.
with

members as (
    select
        siren,
        min(member_id) as member_id
    from {{ source('register', 'members') }}
    group by 1
),

shares as (
    select
        quarter,
        post_id,
        cast(count(*) as integer) as project_count,
        cast(sum(attributed_share) as decimal(9, 6)) as project_share
    from {{ ref('int_posts__project_shares') }}
    group by 1, 2
)

select
    {{ pole_id('posts.post_id') }} as pole_id,
    posts.quarter,
    posts.post_id,
    members.member_id as employer_member_id,
    posts.contract_kind,
    posts.category,
    posts.started_on,
    posts.ended_on,
    posts.working_time as working_time_fte,
    posts.stock_on between posts.started_on and coalesce(posts.ended_on, cast('9999-12-31' as date))
        as is_open_at_quarter_end,
    coalesce(shares.project_count, 0) as project_count,
    shares.project_share
from {{ ref('int_posts__ledger') }} as posts
left join members on posts.employer_siren = members.siren
left join shares
    on posts.quarter = shares.quarter and posts.post_id = shares.post_id
