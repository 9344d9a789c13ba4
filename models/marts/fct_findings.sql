-- What the models noticed, beyond what readers and the gate told of each file: shown to the evaluator, never a figure.
with

findings as (
    select
        source_ref,
        row_number,
        code,
        message
    from {{ ref('int_rooms__findings') }}
    union all
    select
        source_ref,
        row_number,
        code,
        message
    from {{ ref('int_grants__findings') }}
    union all
    select
        source_ref,
        row_number,
        code,
        message
    from {{ ref('int_declarations__findings') }}
    union all
    select distinct
        other_source_ref as source_ref,
        other_row_number as row_number,
        'source_gap' as code,
        'Ce chiffre d''affaires s''écarte de celui d''une source plus sûre pour la même période : '
        || 'la plus sûre est retenue.' as message
    from {{ ref('int_turnover__source_gaps') }}
    union all
    select
        source_ref,
        row_number,
        'fec_starts_late' as code,
        'Ce FEC s''ouvre en cours de trimestre sur des soldes reportés : le début du trimestre manque peut-être. '
        || 'Demandez le FEC de l''exercice précédent.' as message
    from {{ ref('int_turnover__fec_quarters') }}
    where is_partly_told
    union all
    select
        source_ref,
        row_number,
        concat('intra_trade_', verdict) as code,
        case verdict
            when 'gap'
                then
                    'Vente entre membres : l''acheteur n''inscrit pas le même montant '
                    || '(date, TVA non récupérée, avoir ?).'
            when 'unseen_by_buyer'
                then
                    'Vente entre membres : l''acheteur n''inscrit aucun achat à ce fournisseur (nom à ajouter aux noms '
                    || 'équivalents, genre « customer » ?).'
            else
                'Achat entre membres : le vendeur n''inscrit aucune vente à ce client (nom à ajouter aux noms '
                || 'équivalents, genre « customer » ?).'
        end as message
    from {{ ref('int_turnover__intra_trade') }}
    where verdict <> 'agreed'
)

select
    {{ pole_id('source_ref') }} as pole_id,
    source_ref,
    row_number,
    code,
    message
from findings
