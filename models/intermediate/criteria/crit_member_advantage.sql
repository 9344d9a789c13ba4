-- External price less the member's, for members' bookings: an avoided cost, neither income nor a grant.
{{ booking_amount_figures(
    'member_advantage', 'priced.external_price_eur - priced.list_price_eur', "priced.category <> 'external'"
) }}
