-- Two files of one holder and one title are one project, however long the chain that joins them.
with files as (
    select
        identified.project_id,
        concat(declared.holder_pid, '|', declared.title_key) as holder_key
    from {{ ref('int_supported_projects__identified') }} as identified
    inner join {{ ref('stg_declarations__supported_projects') }} as declared
        on identified.source_ref = declared.slice_id and identified.row_number = declared.row_number
    where declared.holder_pid <> '' and declared.title_key <> ''
)

select holder_key
from files
group by holder_key
having count(distinct project_id) > 1
