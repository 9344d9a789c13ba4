-- Every indicator says whose dispositions are its own and how they make its figure, or why it has none.
select
    indicators.indicator_id,
    shared.population,
    shared.measure,
    shared.without_fr
from {{ ref('indicators') }} as indicators
full outer join {{ ref('dispositions') }} as shared on indicators.indicator_id = shared.indicator_id
where
    indicators.indicator_id is null
    or shared.indicator_id is null
    or (shared.population is null) = (shared.without_fr is null)
    or (shared.population is null) <> (shared.measure is null)
    or shared.measure not in ('value', 'entities', 'denominator', 'contributors', 'presence')
