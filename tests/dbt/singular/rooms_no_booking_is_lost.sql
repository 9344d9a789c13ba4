-- Every effective booking is in the priced table once: priced, or known to be without price.
select
    effective.booking_id,
    count(priced.booking_id) as priced_count
from {{ ref('int_bookings__effective') }} as effective
left join {{ ref('int_bookings__priced') }} as priced
    on effective.booking_id = priced.booking_id
group by 1
having count(priced.booking_id) <> 1
