-- A share whose two counts are known is their ratio, to the sixth decimal.
select *
from {{ ref('benchmarks') }}
where abs(cast(numerator_count as double) / denominator_count - cast(value_share as double)) > 0.0000005
