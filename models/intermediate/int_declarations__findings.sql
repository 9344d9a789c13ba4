-- Partners that describe one project, post or purchase differently: one row speaks (lead or employer, else the later
-- landed), each of the others is told. Saying nothing is no contradiction.
with

projects as (
    select
        others.source_ref,
        others.row_number,
        'project_described_otherwise' as code,
        'Ce projet est décrit autrement par son chef de file, ou par la déclaration arrivée après : elle est retenue.'
            as message
    from {{ ref('int_collaborations__declared') }} as others
    inner join {{ ref('int_collaborations__declared') }} as kept
        on
            others.quarter = kept.quarter
            and others.project_ref = kept.project_ref
            and kept.is_description
    where
        not others.is_description
        and (
            others.status <> kept.status
            or (others.project_kind <> kept.project_kind and 'unknown' not in (others.project_kind, kept.project_kind))
            or others.started_on <> kept.started_on
            or others.ended_on <> kept.ended_on
        )
),

posts as (
    select
        others.slice_id as source_ref,
        others.row_number,
        'post_described_otherwise' as code,
        'Ce poste est décrit autrement par son employeur, ou par la déclaration arrivée après : elle est retenue.'
            as message
    from {{ ref('stg_declarations__posts') }} as others
    inner join {{ ref('int_posts__ledger') }} as kept
        on
            others.quarter = kept.quarter
            and {{ hash_of("concat(others.employer_siren, '|', others.post_ref)") }} = kept.post_id
    where
        others.working_time <> kept.working_time
        or others.category <> kept.category
        or others.contract_kind <> kept.contract_kind
        or others.started_on <> kept.started_on
        or others.ended_on <> kept.ended_on
),

purchases as (
    select
        others.slice_id as source_ref,
        others.row_number,
        'purchase_described_otherwise' as code,
        'Cet achat groupé est décrit autrement par une déclaration arrivée après : elle est retenue.' as message
    from {{ ref('stg_declarations__joint_purchases') }} as others
    inner join {{ ref('int_joint_purchases__described') }} as kept on others.purchase_ref = kept.purchase_ref
    where
        others.amount_eur <> kept.amount_eur
        or others.reference_amount_eur <> kept.reference_amount_eur
        or others.bought_on <> kept.bought_on
)

select * from projects
union all
select * from posts
union all
select * from purchases
