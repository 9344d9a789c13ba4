-- Who declares a post for a project, with what each says of it; several lines of one declarant are one declaration.
with

ranked as (
    select
        *,
        {{ hash_of("concat(employer_siren, '|', post_ref)") }} as post_id,
        row_number() over (
            partition by quarter, employer_siren, post_ref, sender_siren
            order by landed_seq desc, slice_id, row_number
        ) as line_rank
    from {{ ref('int_posts__declared') }}
    where project_ref is not null
)

select
    quarter,
    post_id,
    sender_siren,
    category,
    working_time,
    started_on,
    ended_on,
    slice_id as source_ref,
    row_number
from ranked
where line_rank = 1
