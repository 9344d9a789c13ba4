{# Rows of a raw table that no later file has replaced, with the place they come from. #}
{% macro active_rows(source_name, table_name) %}
    select
        entries.*,
        slices.sender as sender_id,
        slices.landed_seq
    from {{ source(source_name, table_name) }} as entries
    inner join {{ source('record', 'slices') }} as slices
        on entries.slice_id = slices.slice_id
    where slices.is_active
{% endmacro %}
