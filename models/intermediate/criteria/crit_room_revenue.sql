-- What the price list asks for each effective booking.
{{ booking_amount_figures('room_revenue', 'priced.list_price_eur') }}
