-- Whoever is asked and not wholly counted is told why, and a reason is only told of someone not wholly counted.
select *
from {{ ref('int_dispositions__turnover') }}
where
    ((not is_included or not is_usable) and exclusion_reason_fr is null)
    or (is_usable and is_included and indicator_id = 'turnover_total' and exclusion_reason is not null)
    or (exclusion_reason is not null and exclusion_reason_fr is null)
