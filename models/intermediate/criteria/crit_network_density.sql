-- Pairs of members of the perimeter that run a project together / all pairs. The k-th member adds k - 1 possible pairs.
with

members as (
    select
        members.period,
        members.perimeter,
        members.siren,
        members.member_id,
        min(memberships.row_number) as row_number
    from {{ ref('int_members__by_period') }} as members
    inner join {{ source('register', 'memberships') }} as memberships on members.member_id = memberships.member_id
    where members.basis = 'flow'
    group by members.period, members.perimeter, members.siren, members.member_id
),

ranked as (
    select
        *,
        row_number() over (partition by period, perimeter order by siren) - 1 as possible_pair_count
    from members
),

pairs as (
    select
        one.period,
        one.project_id,
        one.member_siren as one_siren,
        other.member_siren as other_siren,
        one.source_ref,
        one.row_number
    from {{ ref('int_collaborations__run') }} as one
    inner join {{ ref('int_collaborations__run') }} as other
        on
            one.period = other.period
            and one.project_id = other.project_id
            and one.quarter = other.quarter
            and one.evidence_on = other.evidence_on
            and one.member_siren < other.member_siren
),

cooperating as (
    select
        pairs.*,
        members.perimeter,
        row_number() over (
            partition by pairs.period, members.perimeter, pairs.one_siren, pairs.other_siren
            order by pairs.source_ref, pairs.row_number
        ) as pair_rank
    from pairs
    inner join members
        on
            pairs.period = members.period
            and pairs.one_siren = members.siren
    inner join members as others
        on
            pairs.period = others.period
            and members.perimeter = others.perimeter
            and pairs.other_siren = others.siren
),

contributions as (
    select
        period,
        perimeter,
        'all' as dimension,
        'all' as item,
        project_id as entity_id,
        one_siren as siren,
        source_ref,
        row_number,
        1 as numerator,
        cast(null as integer) as denominator
    from cooperating
    where pair_rank = 1
    union all
    select
        ranked.period,
        ranked.perimeter,
        'all' as dimension,
        'all' as item,
        ranked.member_id as entity_id,
        ranked.siren,
        'register/memberships' as source_ref,
        ranked.row_number,
        cast(null as integer) as numerator,
        ranked.possible_pair_count as denominator
    from ranked
    inner join ({{ coverage_frames('network_density') }}) as coverage
        on
            ranked.period = coverage.period
            and ranked.perimeter = coverage.perimeter
            and coverage.dimension = 'all'
            and coverage.answered_count > 0
)

{{ rate_figures('network_density') }}
