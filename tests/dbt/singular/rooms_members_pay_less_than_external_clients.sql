-- The founding document's promise to members. A price list that breaks it is the evaluator's choice: a warning.
{{ config(severity='warn') }}
select
    members.room_id,
    members.category,
    members.unit,
    members.row_number
from {{ source('register', 'price_list') }} as members
inner join {{ source('register', 'price_list') }} as market
    on
        members.room_id = market.room_id
        and members.unit = market.unit
        and market.category = 'external'
        and coalesce(members.valid_from, cast('0001-01-01' as date))
        <= coalesce(market.valid_to, cast('9999-12-31' as date))
        and coalesce(market.valid_from, cast('0001-01-01' as date))
        <= coalesce(members.valid_to, cast('9999-12-31' as date))
where
    members.category <> 'external'
    and members.amount_eur_net >= market.amount_eur_net
