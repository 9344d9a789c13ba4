select
    open_posts.period,
    members.perimeter,
    members.member_id,
    members.function_id,
    open_posts.post_id as entity_id,
    open_posts.employer_siren as siren,
    open_posts.working_time,
    open_posts.source_ref,
    open_posts.row_number
from {{ ref('int_posts__open') }} as open_posts
inner join {{ ref('int_members__by_period') }} as members
    on
        open_posts.period = members.period
        and open_posts.employer_siren = members.siren
        and members.basis = 'stock'
