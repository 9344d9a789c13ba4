-- asked -> answered -> usable -> included, member by member, so that no one disappears from a figure unsaid.
with

quarters as (
    select * from {{ ref('int_turnover__by_period') }}
    where side = 'current'
),

missing as (
    select
        member_id,
        quarter,
        missing_reason
    from {{ ref('int_turnover__member_quarters') }}
),

totals as (
    select
        'turnover_total' as indicator_id,
        quarters.period,
        quarters.perimeter,
        quarters.member_id,
        min(case when quarters.has_answered then 1 else 0 end) = 1 as is_answered,
        min(case when quarters.is_known then 1 else 0 end) = 1 as is_usable,
        max(case when quarters.is_known then 1 else 0 end) = 1 as is_included,
        min(case when not quarters.is_known then missing.missing_reason end) as exclusion_reason
    from quarters
    inner join missing
        on
            quarters.member_id = missing.member_id
            and quarters.quarter = missing.quarter
    group by 1, 2, 3, 4
),

growths as (
    select
        'turnover_panel_growth' as indicator_id,
        period,
        perimeter,
        member_id,
        max(case when comparison <> 'silent' then 1 else 0 end) = 1 as is_answered,
        max(case when comparison in ('panel', 'entrant', 'leaver') then 1 else 0 end) = 1 as is_usable,
        max(case when comparison = 'panel' then 1 else 0 end) = 1 as is_included,
        min(case when comparison <> 'panel' then comparison end) as exclusion_reason
    from {{ ref('int_turnover__year_on_year') }}
    group by 1, 2, 3, 4
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
            max(case when has_index then 1 else 0 end) as has_index
        from {{ ref('int_turnover__vs_sector') }}
        group by 1, 2, 3
    ) as indexed
        on
            growths.period = indexed.period
            and growths.perimeter = indexed.perimeter
            and growths.member_id = indexed.member_id
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
        when 'no_index' then 'Aucun indice de son secteur (code NAF) aux deux dates : ajoutez-le à benchmark_index.csv.'
    end as exclusion_reason_fr
from flows
