-- What a person should know about rooms; a finding never changes a figure.
with

bookings as (
    select * from {{ ref('int_bookings__priced') }}
),

after_hours as (
    select * from {{ ref('int_bookings__hours') }}
    where category = 'all' and outside_seconds > 0
),

findings as (
    select
        source_ref,
        row_number,
        'after_hours' as code,
        'Réservation hors des heures d''ouverture ou un jour de fermeture : ces heures sont comptées à part.' as message
    from after_hours
    union all
    select
        source_ref,
        row_number,
        'category_differs' as code,
        'La catégorie du journal n''est pas celle de l''adhésion tenue ce jour-là : l''adhésion l''emporte.' as message
    from bookings
    where log_category <> category
    union all
    select
        source_ref,
        row_number,
        'unpriced_booking' as code,
        'Aucun tarif pour cette salle et cette catégorie ce jour-là : la réservation n''est pas valorisée.' as message
    from bookings
    where list_price_eur is null
    union all
    select
        {{ qualified('room_id', "'register/opening_hours'") }} as source_ref,
        row_number,
        'opening_hours_reversed' as code,
        'La fermeture précède l''ouverture : cette plage est ignorée. Coupez en deux celle qui passe minuit.' as message
    from {{ source('register', 'opening_hours') }}
    where
        {{ minute_of_day('closes_at') }} <> 0
        and {{ minute_of_day('closes_at') }} <= {{ minute_of_day('opens_at') }}
)

select distinct
    source_ref,
    row_number,
    code,
    message
from findings
