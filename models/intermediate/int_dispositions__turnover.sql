-- asked -> answered -> usable -> included, member by member, so that no one disappears from a figure unsaid.
with

quarters as (
    select
        quarters.*,
        missing.missing_reason
    from {{ ref('int_turnover__by_period') }} as quarters
    inner join {{ ref('int_turnover__member_quarters') }} as missing
        on
            quarters.member_id = missing.member_id
            and quarters.quarter = missing.quarter
    where quarters.side = 'current'
),

intra_sales as (
    select
        period,
        perimeter,
        member_id,
        sum(amount_eur) as amount_eur
    from {{ ref('int_turnover__intra_sales') }}
    group by 1, 2, 3
),

-- what is known of each quarter of the period, for each indicator that needs no other period
{% set income = 'is_known and has_operating_income' %}
{% set public_income = 'has_public_income and has_operating_income' %}
amounts as (
    {% for indicator, is_known, contribution, blank in [
        ('turnover_total', 'is_known', 'net_turnover_eur', ''),
        ('turnover_external', 'is_known', 'net_turnover_eur', ''),
        ('intra_pole_sales', 'is_ledger', 'cast(0 as decimal(18, 2))', 'no_ledger'),
        (
            'market_share_of_income', income, 'case when net_turnover_eur is not null then operating_income_eur end',
            'no_income',
        ),
        (
            'public_share_of_income', public_income,
            'case when public_income_eur is not null then operating_income_eur end', 'no_public_income',
        ),
    ] %}
        select
            '{{ indicator }}' as indicator_id,
            period,
            perimeter,
            member_id,
            min(case when has_answered then 1 else 0 end) = 1 as is_answered,
            min(case when {{ is_known }} then 1 else 0 end) = 1 as is_usable,
            max(case when {{ is_known }} then 1 else 0 end) = 1 as is_included,
            sum({{ contribution }}) as contribution,
            min(case when not is_known then missing_reason when not ({{ is_known }}) then '{{ blank }}' end)
                as exclusion_reason
        from quarters
        group by 1, 2, 3, 4
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

totals as (
    select
        amounts.indicator_id,
        amounts.period,
        amounts.perimeter,
        amounts.member_id,
        amounts.is_answered,
        amounts.is_usable,
        amounts.is_included,
        cast(case amounts.indicator_id
            when 'turnover_external' then amounts.contribution - coalesce(intra_sales.amount_eur, 0)
            when 'intra_pole_sales' then amounts.contribution + coalesce(intra_sales.amount_eur, 0)
            else amounts.contribution
        end as decimal(24, 6)) as contribution,
        amounts.exclusion_reason
    from amounts
    left join intra_sales
        on
            amounts.period = intra_sales.period
            and amounts.perimeter = intra_sales.perimeter
            and amounts.member_id = intra_sales.member_id
),

flows as (
    select * from totals
    union all
    select * from {{ ref('int_turnover__growth_flows') }}
)

select
    *,
    case exclusion_reason
        when 'silent' then 'N''a rien envoyé pour la période : relancez ce membre.'
        when 'empty_answer' then 'A envoyé un onglet vide : aucun chiffre d''affaires déclaré.'
        when 'turnover_left_blank' then 'A répondu sans remplir le chiffre d''affaires : demandez-le.'
        when 'longer_period_only'
            then 'N''a donné qu''un chiffre sur une autre durée que le trimestre : demandez le chiffre du trimestre.'
        when 'fec_incomplete'
            then 'Son FEC ne couvre pas le trimestre entier : demandez le fichier qui va jusqu''au dernier jour.'
        when 'set_aside' then 'N''a répondu qu''à l''une des deux dates comparées : demandez la donnée manquante.'
        when 'entrant' then 'Est entré depuis un an : compté dans l''évolution du total, pas dans le panel.'
        when 'leaver' then 'Est sorti depuis un an : compté dans l''évolution du total, pas dans le panel.'
        when 'no_ledger' then 'N''a pas de FEC qui couvre la période : ses ventes aux membres ne s''y lisent pas.'
        when 'no_income' then 'A donné son chiffre d''affaires sans ses produits d''exploitation : demandez-les.'
        when 'no_public_income'
            then 'N''a pas donné ensemble ses produits d''exploitation et leur part publique : demandez-les.'
        when 'no_base' then 'Base nulle ou négative un an avant : sa propre évolution ne se calcule pas.'
        when 'no_link' then 'N''est dans le panel d''aucune année de la chaîne.'
        when 'no_index' then 'Aucun indice de son secteur (code NAF) aux deux dates : ajoutez-le à benchmark_index.csv.'
    end as exclusion_reason_fr
from flows
