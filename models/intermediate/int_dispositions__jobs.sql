-- What becomes of every post declared for the last quarter of a period being published, perimeter members.
with

ledger as (
    select
        periods.period,
        ledger.post_id,
        ledger.category,
        ledger.started_on,
        ledger.ended_on,
        ledger.stock_on
    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_posts__ledger') }} as ledger on periods.last_quarter = ledger.quarter
    where periods.is_current
),

employed as (
    select
        period,
        entity_id as post_id,
        working_time
    from {{ ref('int_posts__employed') }}
    where perimeter = 'members'
),

attributed as (
    select
        period,
        entity_id as post_id,
        category,
        sum(attributed_fte) as attributed_fte
    from {{ ref('int_collaboration_jobs') }}
    where perimeter = 'members'
    group by 1, 2, 3
),

linked as (
    select distinct
        periods.period,
        shares.post_id
    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_posts__project_shares') }} as shares on periods.last_quarter = shares.quarter
),

judged as (
    {% for indicator, contribution in [('jobs_headcount', '1'), ('jobs_fte', 'employed.working_time')] %}
        select
            '{{ indicator }}' as indicator_id,
            ledger.period,
            ledger.post_id as entity_id,
            case when employed.post_id is not null then {{ contribution }} end as contribution,
            case
                when employed.post_id is not null then null
                when ledger.started_on > ledger.stock_on then 'Le contrat commence après le dernier jour de la période.'
                when ledger.ended_on < ledger.stock_on
                    then 'Le contrat s''est terminé avant le dernier jour de la période.'
                else 'L''employeur n''est pas membre au dernier jour de la période.'
            end as exclusion_reason_fr
        from ledger
        left join employed on ledger.period = employed.period and ledger.post_id = employed.post_id
        union all
    {% endfor %}
    {% for indicator, category, category_fr, contribution in [
        ('collaboration_jobs_headcount', 'created', 'créé', '1'),
        ('collaboration_jobs_created_fte', 'created', 'créé', 'attributed.attributed_fte'),
        ('collaboration_jobs_maintained_fte', 'maintained', 'maintenu', 'attributed.attributed_fte'),
    ] %}
        select
            '{{ indicator }}' as indicator_id,
            ledger.period,
            ledger.post_id as entity_id,
            case when attributed.post_id is not null then {{ contribution }} end as contribution,
            case
                when attributed.post_id is not null then null
                when linked.post_id is null then 'Le poste n''est rattaché à aucun projet collaboratif.'
                when ledger.category is null then 'La catégorie d''emploi n''est pas renseignée.'
                when ledger.category <> '{{ category }}' then 'Le poste n''est pas de catégorie « {{ category_fr }} ».'
                when ledger.started_on > ledger.stock_on then 'Le contrat commence après le dernier jour de la période.'
                when ledger.ended_on < ledger.stock_on
                    then 'Le contrat s''est terminé avant le dernier jour de la période.'
                else 'Aucun partenaire membre au dernier jour de la période ne déclare ce poste.'
            end as exclusion_reason_fr
        from ledger
        left join attributed
            on
                ledger.period = attributed.period
                and ledger.post_id = attributed.post_id
                and attributed.category = '{{ category }}'
        left join linked on ledger.period = linked.period and ledger.post_id = linked.post_id
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    *,
    contribution is not null as is_included
from judged
