{# Union of the intervals of `relation`: those that overlap or touch become one. `relation` has the `keys`, starts_at,
   ends_at, source_ref and row_number; a merged interval bears the source of its first part. #}
{% macro merge_intervals(relation, keys) %}
    {%- set order = 'starts_at, ends_at, source_ref, row_number' %}
    select
        {{ keys }},
        min(starts_at) as starts_at,
        max(ends_at) as ends_at,
        min(case when is_first then source_ref end) as source_ref,
        min(case when is_first then row_number end) as row_number
    from (
        select
            *,
            sum(case when is_first then 1 else 0 end)
                over (partition by {{ keys }} order by {{ order }} rows unbounded preceding) as island
        from (
            select
                *,
                coalesce(
                    starts_at > max(ends_at) over (
                        partition by {{ keys }} order by {{ order }}
                        rows between unbounded preceding and 1 preceding
                    ),
                    true
                ) as is_first
            from {{ relation }}
        ) as marked
    ) as grouped
    group by {{ keys }}, island
{% endmacro %}

{# Hours of a whole number of seconds. #}
{% macro hours(seconds) -%}
    cast({{ seconds }} / 3600.0 as decimal(24, 10))
{%- endmacro %}

{# The same with six decimals, each row taking what the running total gains: the rows of one figure add up to its exact
   hours, where thousands of rounded thirds would drift. #}
{% macro hours_that_add_up(seconds, figure, order) -%}
    {%- set total -%}
        sum({{ seconds }}) over (partition by {{ figure }} order by {{ order }} rows unbounded preceding)
    {%- endset %}
    cast(
        round({{ total }} / 3600.0, 6) - round(({{ total }} - {{ seconds }}) / 3600.0, 6) as decimal(24, 6)
    )
{%- endmacro %}

{# Minutes since midnight of a clock reading written 8:30, 08:30 or 08:30:00. #}
{% macro minute_of_day(clock) -%}
    (cast(split_part({{ clock }}, ':', 1) as integer) * 60 + cast(split_part({{ clock }}, ':', 2) as integer))
{%- endmacro %}
