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

compared as (
    select
        period,
        perimeter,
        member_id,
        max(case when comparison <> 'silent' then 1 else 0 end) = 1 as is_answered,
        max(case when comparison in ('panel', 'entrant', 'leaver') then 1 else 0 end) = 1 as is_usable,
        max(case when comparison = 'panel' then 1 else 0 end) = 1 as is_panel,
        min(case when comparison <> 'panel' then comparison end) as not_panel,
        min(case when comparison not in ('panel', 'entrant', 'leaver') then comparison end) as not_compared,
        sum(case when comparison = 'panel' then previous_eur end) as panel_base_eur,
        sum(case when comparison in ('panel', 'entrant', 'leaver') then previous_eur end) as base_eur,
        sum(case
            when comparison in ('panel', 'entrant', 'leaver')
                then coalesce(current_eur, 0) - coalesce(previous_eur, 0)
        end) as change_eur
    from {{ ref('int_turnover__year_on_year') }}
    group by 1, 2, 3
),

chained as (
    select distinct
        period,
        perimeter,
        member_id
    from {{ ref('int_turnover__chain_rows') }}
),

growths as (
    {% for indicator, is_included, contribution, reason in [
        ('turnover_panel_growth', 'is_panel', 'panel_base_eur', 'not_panel'),
        ('turnover_total_growth', 'is_usable', 'base_eur', 'not_compared'),
        ('turnover_bridge', 'is_usable', 'change_eur', 'not_compared'),
        (
            'turnover_median_growth', 'is_panel and panel_base_eur > 0', '1',
            "case when is_panel and panel_base_eur <= 0 then 'no_base' else not_panel end",
        ),
    ] %}
        select
            '{{ indicator }}' as indicator_id,
            period,
            perimeter,
            member_id,
            is_answered,
            is_usable,
            {{ is_included }} as is_included,
            cast(case when {{ is_included }} then {{ contribution }} end as decimal(24, 6)) as contribution,
            {{ reason }} as exclusion_reason
        from compared
        union all
    {% endfor %}
    select
        'turnover_chained_growth' as indicator_id,
        coalesce(compared.period, chained.period) as period,
        coalesce(compared.perimeter, chained.perimeter) as perimeter,
        coalesce(compared.member_id, chained.member_id) as member_id,
        coalesce(compared.is_answered, true) as is_answered,
        chained.member_id is not null as is_usable,
        chained.member_id is not null as is_included,
        cast(case when chained.member_id is not null then 1 end as decimal(24, 6)) as contribution,
        case when chained.member_id is null then 'no_link' end as exclusion_reason
    from compared
    full outer join chained
        on
            compared.period = chained.period
            and compared.perimeter = chained.perimeter
            and compared.member_id = chained.member_id
),

sectors as (
    select
        'turnover_growth_vs_sector' as indicator_id,
        growths.period,
        growths.perimeter,
        growths.member_id,
        growths.is_answered,
        growths.is_included and coalesce(indexed.has_index, 0) = 1 as is_usable,
        growths.is_included and coalesce(indexed.has_index, 0) = 1 as is_included,
        cast(indexed.expected_eur as decimal(24, 6)) as contribution,
        case
            when not growths.is_included then growths.exclusion_reason
            when coalesce(indexed.has_index, 0) = 0 then 'no_index'
        end as exclusion_reason
    from growths
    left join (
        select
            period,
            perimeter,
            member_id,
            max(case when has_index then 1 else 0 end) as has_index,
            sum(case when has_index then expected_eur end) as expected_eur
        from {{ ref('int_turnover__vs_sector') }}
        group by 1, 2, 3
    ) as indexed
        on
            growths.period = indexed.period
            and growths.perimeter = indexed.perimeter
            and growths.member_id = indexed.member_id
    where growths.indicator_id = 'turnover_panel_growth'
),

flows as (
    select * from totals
    union all
    select * from growths
    union all
    select * from sectors
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
