-- What a person should know about grants; a finding never changes a figure.
select
    {{ qualified('grant_id', "'register/grants'") }} as source_ref,
    row_number,
    'undated_grant' as code,
    'Subvention sans date de décision : elle est comptée à toutes les dates.' as message
from {{ source('register', 'grants') }}
where decided_on is null and status <> 'requested'
