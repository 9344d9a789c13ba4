-- Rented areas day by day. A row with an occupant says when the lot is occupied; a row without one says when it is to
-- let. A lot of which no row is without an occupant is to let, or let, every day. Several occupants count once.
with

rows_of_lots as (
    select
        lot_id,
        area_m2,
        member_id,
        coalesce(starts_on, cast('0001-01-01' as date)) as starts_on,
        coalesce(ends_on, cast('9999-12-31' as date)) as ends_on,
        row_number
    from {{ source('register', 'lots') }}
),

lots as (
    select
        lot_id,
        max(area_m2) as area_m2,
        min(row_number) as row_number,
        sum(case when member_id is null then 1 else 0 end) = 0 as is_always_lettable
    from rows_of_lots
    group by 1
),

lot_days as (
    select
        lots.lot_id,
        lots.area_m2,
        lots.row_number,
        days.day_on,
        max(case when rows_of_lots.member_id is not null then 1 else 0 end) as is_occupied
    from lots
    cross join {{ ref('int_days') }} as days
    left join rows_of_lots
        on
            lots.lot_id = rows_of_lots.lot_id
            and days.day_on between rows_of_lots.starts_on and rows_of_lots.ends_on
    group by 1, 2, 3, 4
    having max(case when lots.is_always_lettable or rows_of_lots.lot_id is not null then 1 else 0 end) = 1
)

select
    periods.period,
    lot_days.lot_id,
    lot_days.row_number,
    sum(lot_days.area_m2) as lettable_m2_days,
    sum(lot_days.area_m2 * (1 - lot_days.is_occupied)) as vacant_m2_days
from lot_days
inner join {{ ref('int_periods') }} as periods
    on lot_days.day_on between periods.starts_on and periods.ends_on
group by 1, 2, 3
