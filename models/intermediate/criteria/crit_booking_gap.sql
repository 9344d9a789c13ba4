-- Price list less the price written in the log, over the bookings that carry one.
{{ booking_amount_figures(
    'booking_gap', 'priced.list_price_eur - priced.price_eur_net', 'priced.price_eur_net is not null'
) }}
