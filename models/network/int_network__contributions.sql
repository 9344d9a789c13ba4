-- What two poles tell of the same enterprise, or of the same project or post of an enterprise, counts once: the first
-- pole by its id speaks, for the whole period.
with

members as (
    select
        member_id,
        {{ local('siren') }} as siren
    from {{ source('register', 'members') }}
),

rows_told as (
    select
        indicator_id,
        period,
        qualifier,
        perimeter,
        dimension,
        item,
        {{ each_source() }} as told
    from {{ ref('int_network__figures') }}
    -- the rows of a figure that its pole could not assess are no contribution
    where value is not null or denominator is not null
),

-- down to the entity: the proof of each line stays in its pole
entities as (
    select
        rows_told.indicator_id,
        rows_told.period,
        rows_told.qualifier,
        rows_told.perimeter,
        rows_told.dimension,
        rows_told.item,
        rows_told.told.entity_id,
        rows_told.told.siren,
        sum(rows_told.told.contribution) as contribution,
        sum(rows_told.told.weight) as weight
    from rows_told
    group by 1, 2, 3, 4, 5, 6, 7, 8
),

contributions as (
    select
        entities.*,
        cast(null as {{ dbt.type_string() }}) as source_ref,
        cast(null as integer) as row_number,
        {{ local('entities.siren') }} as real_siren,
        case
            when entities.perimeter = 'pole' or entities.siren is null then entities.entity_id
            when entities.perimeter = 'managing_body' or members.member_id is not null
                then {{ local('entities.siren') }}
            else concat({{ local('entities.siren') }}, '|', {{ local('entities.entity_id') }})
        end as counted_id
    from entities
    left join members on entities.entity_id = members.member_id
),

spoken as (
    select
        *,
        min(qualifier) over (partition by indicator_id, period, counted_id) as speaking_qualifier
    from contributions
)

select
    indicator_id,
    period,
    dimension,
    item,
    entity_id,
    siren,
    real_siren,
    source_ref,
    row_number,
    contribution,
    weight
from spoken
where qualifier = speaking_qualifier
