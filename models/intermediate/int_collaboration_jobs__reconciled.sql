-- From the sum of declarations to the ledger, post by post: each line says how much FTE it takes away or adds.
with

ledger as (
    select
        jobs.period,
        jobs.perimeter,
        jobs.entity_id as post_id,
        posts.working_time,
        sum(jobs.attributed_fte) as attributed_fte
    from {{ ref('int_collaboration_jobs') }} as jobs
    inner join {{ ref('int_posts__open') }} as posts
        on
            jobs.period = posts.period
            and jobs.entity_id = posts.post_id
    where jobs.category = 'created'
    group by jobs.period, jobs.perimeter, jobs.entity_id, posts.working_time
),

declared as (
    select
        period,
        perimeter,
        entity_id as post_id,
        sum(working_time) as declared_fte,
        cast(cast(sum(working_time) as double) / count(*) as decimal(24, 6)) as one_declaration_fte
    from {{ ref('int_collaboration_jobs__declared') }}
    group by period, perimeter, entity_id
)

select
    coalesce(declared.period, ledger.period) as period,
    coalesce(declared.perimeter, ledger.perimeter) as perimeter,
    coalesce(declared.post_id, ledger.post_id) as post_id,
    coalesce(declared.declared_fte, 0) as declared_fte,
    coalesce(declared.one_declaration_fte - declared.declared_fte, 0) as several_declarants_fte,
    coalesce(ledger.working_time, 0) - coalesce(declared.one_declaration_fte, 0) as description_fte,
    coalesce(ledger.attributed_fte - ledger.working_time, 0) as not_attributed_fte,
    coalesce(ledger.attributed_fte, 0) as ledger_fte
from declared
full outer join ledger
    on
        declared.period = ledger.period
        and declared.perimeter = ledger.perimeter
        and declared.post_id = ledger.post_id
