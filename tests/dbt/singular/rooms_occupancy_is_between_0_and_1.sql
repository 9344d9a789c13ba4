-- By construction: a union of bookings cut to the opening hours cannot be longer than they are.
select *
from {{ ref('crit_occupancy_rate') }}
where value < 0 or value > 1
