-- What the models noticed, beyond what readers and the gate told of each file: shown to the evaluator, never a figure.
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
    'Ce chiffre d''affaires s''écarte de celui d''une source plus sûre pour la même période : la plus sûre est retenue.'
        as message
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
