select counted.*
from {{ ref('crit_supported_projects') }} as counted
left join {{ ref('crit_declared_supported_projects') }} as declared
    on
        counted.period = declared.period
        and counted.perimeter = declared.perimeter
        and counted.dimension = declared.dimension
        and counted.item = declared.item
where counted.dimension in ('all', 'member') and counted.value > coalesce(declared.value, 0)
