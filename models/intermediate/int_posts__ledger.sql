-- A post is counted once whoever declares it: on conflicting descriptions the employer's row wins, else the later one.
-- Stocks read the declarations of their own quarter only: a silent member is absent, nothing is carried forward.
with

stock_days as (
    select distinct
        last_quarter as quarter,
        ends_on
    from {{ ref('int_periods') }}
),

ranked as (
    select
        posts.*,
        stock_days.ends_on as stock_on,
        {{ hash_of("concat(posts.employer_siren, '|', posts.post_ref)") }} as post_id,
        row_number() over (
            partition by posts.quarter, posts.employer_siren, posts.post_ref
            order by
                (case when posts.sender_siren = posts.employer_siren then 0 else 1 end),
                posts.landed_seq desc,
                posts.slice_id,
                posts.row_number desc
        ) as description_rank
    from {{ ref('int_posts__declared') }} as posts
    inner join stock_days on posts.quarter = stock_days.quarter
)

select
    quarter,
    stock_on,
    post_id,
    employer_siren,
    category,
    contract_kind,
    working_time,
    paid_hours,
    started_on,
    ended_on,
    slice_id as source_ref,
    row_number
from ranked
where description_rank = 1
