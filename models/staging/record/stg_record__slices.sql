select
    slice_id,
    source_file,
    sheet,
    kind,
    sender as sender_id,
    sender_siren,
    quarter,
    landed_seq
from {{ source('record', 'slices') }}
where is_active
