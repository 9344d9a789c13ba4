-- What becomes of every joint purchase, grant and lot, and of the managing body's accounts, for a period being
-- published: the amount in the figure, or why there is none.
with

periods as (
    select * from {{ ref('int_periods') }}
    where is_current
),

purchases as (
    select
        periods.period,
        described.purchase_id,
        described.bought_on between periods.starts_on and periods.ends_on as is_bought_in_period,
        counted.amount_eur,
        counted.savings_eur
    from periods
    inner join {{ ref('int_joint_purchases__described') }} as described
        on
            described.bought_on between periods.starts_on and periods.ends_on
            or described.quarter between periods.first_quarter and periods.last_quarter
    left join {{ ref('int_joint_purchases') }} as counted
        on
            periods.period = counted.period
            and described.purchase_id = counted.entity_id
),

stages as (
    {% for stage in ['requested', 'awarded', 'paid'] %}
        select '{{ stage }}' as stage
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

grants as (
    select
        periods.period,
        stages.stage,
        registered.grant_id,
        registered.decided_on > periods.ends_on as is_decided_later,
        registered.status,
        funnel.grant_id is not null as is_reached,
        funnel.amount_eur
    from periods
    cross join stages
    cross join {{ source('register', 'grants') }} as registered
    left join {{ ref('int_grants__funnel') }} as funnel
        on
            periods.period = funnel.period
            and stages.stage = funnel.stage
            and registered.grant_id = funnel.grant_id
),

judged as (
    select
        'joint_purchase_amount' as indicator_id,
        period,
        purchase_id as entity_id,
        amount_eur as contribution,
        case
            when amount_eur is not null then null
            when not is_bought_in_period then 'L''achat est daté hors de la période.'
            else 'Aucun membre du pôle dans la période ne déclare cet achat.'
        end as exclusion_reason_fr
    from purchases
    union all
    select
        'joint_purchase_savings' as indicator_id,
        period,
        purchase_id as entity_id,
        savings_eur as contribution,
        case
            when savings_eur is not null then null
            when not is_bought_in_period then 'L''achat est daté hors de la période.'
            when amount_eur is null then 'Aucun membre du pôle dans la période ne déclare cet achat.'
            else 'Aucun montant de référence : l''économie n''est pas connue.'
        end as exclusion_reason_fr
    from purchases
    union all
    select
        concat('grant_', stage) as indicator_id,
        period,
        grant_id as entity_id,
        amount_eur as contribution,
        case
            when amount_eur is not null then null
            when is_decided_later then 'La décision est postérieure à la période.'
            when is_reached then 'Montant absent du registre des subventions.'
            when status = 'refused' then 'La subvention est refusée.'
            when stage = 'paid' and status in ('notified', 'contracted') then 'La subvention n''est pas encore versée.'
            when status = 'requested' then 'La subvention n''est pas encore accordée.'
        end as exclusion_reason_fr
    from grants
    union all
    select
        'lot_vacancy' as indicator_id,
        periods.period,
        registered.lot_id as entity_id,
        lots.lettable_m2_days as contribution,
        case when lots.lot_id is null then 'Le lot n''est pas à louer dans la période.' end as exclusion_reason_fr
    from periods
    cross join (select distinct lot_id from {{ source('register', 'lots') }}) as registered
    left join {{ ref('int_lots__by_period') }} as lots
        on periods.period = lots.period and registered.lot_id = lots.lot_id
    union all
    -- one body, one file: the figure itself says why it is not there
    select
        ratios.indicator_id,
        ratios.period,
        ratios.perimeter as entity_id,
        case when ratios.value is not null then ratios.denominator end as contribution,
        ratios.reason as exclusion_reason_fr
    from {{ ref('crit_self_financing_ratio') }} as ratios
    inner join periods on ratios.period = periods.period
)

select
    *,
    contribution is not null as is_included
from judged
