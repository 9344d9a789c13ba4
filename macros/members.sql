{#
  Who belongs to each perimeter in each row of `periods` (period, starts_on, ends_on).
  flow: a member on any day of the period; its last day of membership in it decides the presence perimeter, so that
  the two presences never overlap. stock: a member on the last day of the period.
#}
{% macro members_of(periods) %}
with

periods as (
    select distinct
        period,
        starts_on,
        ends_on
    from {{ periods }}
),

memberships as (
    select
        memberships.member_id,
        members.siren,
        {{ function_class('members.function') }} as function_id,
        memberships.presence,
        memberships.joined_on,
        coalesce(memberships.left_on, cast('9999-12-31' as date)) as left_on
    from {{ source('register', 'memberships') }} as memberships
    inner join {{ source('register', 'members') }} as members on memberships.member_id = members.member_id
    where memberships.presence <> 'candidate'
),

overlapping as (
    select
        periods.period,
        memberships.member_id,
        memberships.siren,
        memberships.function_id,
        case memberships.presence
            when 'permanent_resident' then 'permanent_residents' else 'occasional_users'
        end as presence_perimeter,
        memberships.left_on >= periods.ends_on as is_member_at_end,
        row_number() over (
            partition by periods.period, memberships.siren
            order by
                least(memberships.left_on, periods.ends_on) desc,
                memberships.joined_on desc,
                memberships.presence,
                memberships.member_id
        ) as recency
    from periods
    inner join memberships
        on
            periods.ends_on >= memberships.joined_on
            and periods.starts_on <= memberships.left_on
),

held as (
    select * from overlapping
    where recency = 1
),

bases as (
    select *, 'flow' as basis from held
    union all
    select *, 'stock' as basis from held
    where is_member_at_end
)

select period, {{ qualified('siren', "'members'") }} as perimeter, basis, member_id, siren, function_id
from bases
union all
select period, {{ qualified('siren', 'presence_perimeter') }} as perimeter, basis, member_id, siren, function_id
from bases
{% endmacro %}

{# One row per pole and perimeter of its members; one without anybody still has its line, expected 0. #}
{% macro perimeters_of_members() -%}
    (
        {% for perimeter in ['members', 'permanent_residents', 'occasional_users'] %}
            select concat(qualifier, '{{ perimeter }}') as perimeter from {{ poles() }} as poles
            {% if not loop.last %}union all{% endif %}
        {% endfor %}
    )
{%- endmacro %}

{# The function, or the class of periscope.toml that replaces it (ids of the nomenclature: periscope/layouts.py). #}
{% macro function_class(column) %}
    {% if var('function_classes') %}
        case coalesce({{ column }}, 'unknown')
            {% for function, class in var('function_classes').items() %}
                when '{{ function }}' then '{{ class }}'
            {% endfor %}
            else coalesce({{ column }}, 'unknown')
        end
    {% else %}
        coalesce({{ column }}, 'unknown')
    {% endif %}
{% endmacro %}
