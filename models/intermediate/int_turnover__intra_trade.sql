-- What sellers' accounts sell to another member, set against what the buyers' accounts buy from it (60, 61, 62),
-- quarter by quarter, when both accounts are there. A disagreement is shown to a person; figures stay the sellers'.
with

sold as (
    select
        lines.siren as seller_siren,
        customers.siren as buyer_siren,
        lines.quarter,
        sum(lines.amount_eur) as sold_eur,
        min(lines.source_ref) as source_ref,
        min(lines.row_number) as row_number
    from {{ ref('int_turnover__fec_lines') }} as lines
    inner join {{ source('register', 'members') }} as customers on lines.customer_member_id = customers.member_id
    where lines.is_turnover
    group by 1, 2, 3
),

bought as (
    select
        suppliers.siren as seller_siren,
        files.siren as buyer_siren,
        {{ quarter_of('entries.entry_on') }} as quarter,
        sum(coalesce(entries.debit_eur, 0) - coalesce(entries.credit_eur, 0)) as bought_eur,
        min(entries.slice_id) as source_ref,
        min(entries.row_number) as row_number
    from {{ ref('stg_revenue__fec_lines') }} as entries
    inner join {{ ref('stg_revenue__fec_files') }} as files on entries.slice_id = files.slice_id
    inner join {{ source('register', 'members') }} as suppliers on entries.supplier_member_id = suppliers.member_id
    where entries.role = 'normal' and substring(entries.account_code, 1, 2) in ('60', '61', '62')
    group by 1, 2, 3
),

trade as (
    select
        coalesce(sold.quarter, bought.quarter) as quarter,
        coalesce(sold.seller_siren, bought.seller_siren) as seller_siren,
        coalesce(sold.buyer_siren, bought.buyer_siren) as buyer_siren,
        cast(coalesce(sold.sold_eur, 0) as decimal(18, 2)) as sold_eur,
        cast(coalesce(bought.bought_eur, 0) as decimal(18, 2)) as bought_eur,
        coalesce(sold.source_ref, bought.source_ref) as source_ref,
        coalesce(sold.row_number, bought.row_number) as row_number
    from sold
    full outer join bought
        on
            sold.quarter = bought.quarter
            and sold.seller_siren = bought.seller_siren
            and sold.buyer_siren = bought.buyer_siren
),

told as (
    select
        members.quarter,
        members.member_id,
        members.siren
    from {{ ref('int_turnover__perimeter_quarters') }} as members
    inner join {{ ref('int_turnover__fec_quarters') }} as accounts
        on
            members.siren = accounts.siren
            and members.quarter = accounts.quarter
    where {{ local('members.perimeter') }} = 'members'
)

select
    trade.quarter,
    sellers.member_id as seller_member_id,
    buyers.member_id as buyer_member_id,
    trade.sold_eur,
    trade.bought_eur,
    trade.source_ref,
    trade.row_number,
    case
        when abs(trade.sold_eur - trade.bought_eur) <= {{ var('source_gap_share') }} * abs(trade.sold_eur) then 'agreed'
        when trade.bought_eur = 0 then 'unseen_by_buyer'
        when trade.sold_eur = 0 then 'unseen_by_seller'
        else 'gap'
    end as verdict
from trade
inner join told as sellers
    on
        trade.quarter = sellers.quarter
        and trade.seller_siren = sellers.siren
inner join told as buyers
    on
        trade.quarter = buyers.quarter
        and trade.buyer_siren = buyers.siren
        and trade.seller_siren <> trade.buyer_siren
