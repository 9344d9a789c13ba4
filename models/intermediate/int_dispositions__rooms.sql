-- What becomes of every booking that starts in a period being published, in each indicator of bookings: what it adds,
-- or why it adds nothing.
with

periods as (
    select * from {{ ref('int_periods') }}
    where is_current
),

bookings as (
    select
        day_on,
        booking_id as entity_id,
        category,
        list_price_eur,
        external_price_eur,
        price_eur_net,
        cast(null as {{ dbt.type_string() }}) as not_held_fr
    from {{ ref('int_bookings__priced') }}
    union all
    select
        cast({{ utc_to_local('starts_at') }} as date) as day_on,
        concat(slice_id, '/', row_number, '/', status, '/', row_number() over (
            partition by slice_id, row_number, status
            order by starts_at, ends_at, booking_ref
        )) as entity_id,
        category,
        cast(null as decimal(18, 2)) as list_price_eur,
        cast(null as decimal(18, 2)) as external_price_eur,
        price_eur_net,
        case status
            when 'cancelled' then 'La réservation est annulée.'
            when 'tentative' then 'La réservation n''est pas confirmée.'
        end as not_held_fr
    from {{ ref('stg_bookings__bookings') }}
    where status not in ('confirmed', 'no_show')
),

in_period as (
    select
        periods.period,
        bookings.*
    from bookings
    inner join periods on bookings.day_on between periods.starts_on and periods.ends_on
),

{% set unpriced = "when list_price_eur is null then 'Aucun tarif pour cette salle et cette catégorie ce jour-là.'" %}
judged as (
    {% for indicator, contribution, reason in [
        ('room_revenue', 'list_price_eur', 'case ' ~ unpriced ~ ' end'),
        ('no_show_rate', '1', 'null'),
        (
            'member_advantage',
            "case when category <> 'external' then external_price_eur - list_price_eur end",
            "case when category = 'external' then 'Réservée par un client extérieur : il n''a pas d''avantage.' "
            ~ unpriced ~ " when external_price_eur is null then 'Aucun tarif extérieur pour cette salle ce jour-là.' end",
        ),
        (
            'booking_gap',
            'list_price_eur - price_eur_net',
            "case when price_eur_net is null then 'Le journal ne porte aucun prix pour cette réservation.' " ~ unpriced ~ ' end',
        ),
    ] %}
        select
            '{{ indicator }}' as indicator_id,
            period,
            entity_id,
            not_held_fr is null as is_effective,
            case when not_held_fr is null then {{ contribution }} end as contribution,
            coalesce(not_held_fr, {{ reason }}) as exclusion_reason_fr
        from in_period
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    *,
    contribution is not null as is_included
from judged
