-- What becomes of every post declared for the last quarter of a period being published, and of every declaration of a
-- post by a partner, perimeter members.
with

ledger as (
    select
        periods.period,
        ledger.post_id,
        ledger.category,
        {{ not_open('ledger', 'ledger.stock_on') }} as not_open_fr
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
    where {{ local('perimeter') }} = 'members'
),

attributed as (
    select
        period,
        entity_id as post_id,
        category,
        sum(attributed_fte) as attributed_fte
    from {{ ref('int_collaboration_jobs') }}
    where {{ local('perimeter') }} = 'members'
    group by 1, 2, 3
),

declarations as (
    select
        periods.period,
        {{ hash_of("concat(declarants.post_id, '|', " ~ local('declarants.sender_siren') ~ ")") }} as entity_id,
        declarants.category,
        {{ not_open('declarants', 'periods.ends_on') }} as not_open_fr,
        counted.working_time
    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_posts__declarants') }} as declarants on periods.last_quarter = declarants.quarter
    left join {{ ref('int_collaboration_jobs__declared') }} as counted
        on
            periods.period = counted.period
            and declarants.post_id = counted.entity_id
            and declarants.sender_siren = counted.siren
            and {{ local('counted.perimeter') }} = 'members'
    where periods.is_current
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
                else coalesce(ledger.not_open_fr, 'L''employeur n''est pas membre au dernier jour de la période.')
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
                else coalesce(
                    ledger.not_open_fr, 'Aucun partenaire membre au dernier jour de la période ne déclare ce poste.'
                )
            end as exclusion_reason_fr
        from ledger
        left join attributed
            on
                ledger.period = attributed.period
                and ledger.post_id = attributed.post_id
                and attributed.category = '{{ category }}'
        left join linked on ledger.period = linked.period and ledger.post_id = linked.post_id
        union all
    {% endfor %}
    select
        'declared_collaboration_jobs_fte' as indicator_id,
        period,
        entity_id,
        working_time as contribution,
        case
            when working_time is not null then null
            when category is null then 'La catégorie d''emploi n''est pas renseignée.'
            when category <> 'created' then 'Le poste n''est pas de catégorie « créé ».'
            else coalesce(
                not_open_fr, 'La structure qui déclare ce poste n''est pas membre au dernier jour de la période.'
            )
        end as exclusion_reason_fr
    from declarations
)

select
    *,
    contribution is not null as is_included
from judged
