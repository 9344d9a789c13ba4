-- No second of a booking is lost or counted twice between opening hours and the rest.
select *
from {{ ref('int_bookings__hours') }}
where
    inside_seconds < 0
    or outside_seconds < 0
    or inside_seconds + outside_seconds <> {{ dbt.datediff('starts_at', 'ends_at', 'second') }}
