-- Shares of one post add up over those who declare it, up to 1 in all; when nobody gives a share the post is wholly the
-- project's (in equal parts if several projects are named). A project named without a share beside others that have
-- one has none of the post.
with

declared as (
    select
        quarter,
        {{ hash_of("concat(employer_siren, '|', post_ref)") }} as post_id,
        project_ref,
        sum(project_share) as declared_share
    from {{ ref('stg_declarations__posts') }}
    where project_ref is not null
    group by quarter, employer_siren, post_ref, project_ref
),

totals as (
    select
        *,
        sum(declared_share) over (partition by quarter, post_id) as total_share,
        count(*) over (partition by quarter, post_id) as project_count
    from declared
),

descriptions as (
    select
        quarter,
        project_ref,
        project_kind
    from {{ ref('int_collaborations__declared') }}
    where is_description
),

-- a project not described this quarter keeps its last known kind
kinds as (
    select
        totals.quarter,
        totals.project_ref,
        descriptions.project_kind,
        row_number() over (
            partition by totals.quarter, totals.project_ref
            order by descriptions.quarter desc
        ) as recency
    from (select distinct
        quarter,
        project_ref
    from totals) as totals
    inner join descriptions
        on
            totals.project_ref = descriptions.project_ref
            and totals.quarter >= descriptions.quarter
)

select
    totals.quarter,
    totals.post_id,
    totals.project_ref,
    coalesce(kinds.project_kind, 'unknown') as project_kind,
    totals.declared_share,
    cast(case
        when totals.total_share is null then cast(1 as double) / totals.project_count
        when totals.total_share > 1 then cast(totals.declared_share as double) / totals.total_share
        else totals.declared_share
    end as decimal(24, 12)) as attributed_share
from totals
left join kinds
    on
        totals.quarter = kinds.quarter
        and totals.project_ref = kinds.project_ref
        and kinds.recency = 1
where totals.declared_share is not null or totals.total_share is null
