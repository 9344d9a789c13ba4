-- What is paid was awarded, what is awarded was asked for. Amounts may differ; the grants may not.
select
    later.period,
    later.stage,
    later.grant_id
from {{ ref('int_grants__funnel') }} as later
left join {{ ref('int_grants__funnel') }} as earlier
    on
        later.period = earlier.period
        and later.grant_id = earlier.grant_id
        and earlier.stage = case later.stage when 'paid' then 'awarded' else 'requested' end
where later.stage <> 'requested' and earlier.grant_id is null
