{#
  The end of every crit_ model: from contributions to figures, one interface for all.

  `contributions` is a CTE, one row per counted entity, merged interval or accounting line:
    period, perimeter, dimension, item    where the contribution is shown
    entity_id, siren                      what is counted, and the enterprise it tells about (null if none)
    source_ref, row_number                slice_id (or 'register/<table>') and physical line
    contribution                          additive figures: what it adds to the value
    numerator, denominator                rates: what it adds to each count (null where it adds nothing)

  `frames` is an optional CTE (period, perimeter, dimension, item, expected_count, answered_count) of the rows that
  must exist; by default those of int_coverage that the catalogue asks for. A frame of dimension `all` always gives a
  row: 0 when someone answered and nothing was counted, empty with its reason when nobody answered.

  `reasons` is an optional CTE (period, perimeter, dimension, item, reason) of figures that exist but cannot be
  assessed: no value, no counts, that reason. Their cells must be in the frames or the contributions.

  With `unknown_reason`, entities whose contribution is null are counted as unknown: a figure made of them alone is
  empty for that reason, instead of 0 or absent. `nobody_reason` replaces the sentence for a perimeter without anyone.

  Gives one row per figure: indicator_id, period, perimeter, dimension, item, value, numerator, denominator,
  contributors, expected_count, answered_count, reason, sources.
#}
{% macro additive_figures(
    indicator_id, contributions='contributions', frames=none, reasons=none, unknown_reason=none, nobody_reason=none
) %}
    {{ _figures(indicator_id, contributions, frames, false, 0, reasons, unknown_reason, nobody_reason) }}
{% endmacro %}

{# value = numerator / denominator + shift (shift = -1 for a growth rate). #}
{% macro rate_figures(
    indicator_id, contributions='contributions', frames=none, shift=0, reasons=none, nobody_reason=none
) %}
    {{ _figures(indicator_id, contributions, frames, true, shift, reasons, none, nobody_reason) }}
{% endmacro %}

{% macro _figures(
    indicator_id, contributions, frames, is_rate, shift, reasons, unknown_reason, nobody_reason
) %}
    {% set assessed = 'reasons.reason is null' if reasons else 'true' %}
    select
        '{{ indicator_id }}' as indicator_id,
        figures.period,
        figures.perimeter,
        figures.dimension,
        figures.item,
        {% if is_rate %}
            cast(case
                when {{ assessed }} and figures.denominator_sum > 0
                    then round(cast(coalesce(figures.numerator_sum, 0) as double)
                    / cast(figures.denominator_sum as double) + {{ shift }}, 6)
            end as decimal(24, 6)) as value,
            cast(case
                when {{ assessed }} and figures.denominator_sum is not null then coalesce(figures.numerator_sum, 0)
            end as decimal(24, 6)) as numerator,
            cast(case when {{ assessed }} then figures.denominator_sum end as decimal(24, 6)) as denominator,
        {% else %}
            cast(case
                when {{ assessed }} and figures.contribution_sum is not null then figures.contribution_sum
                when {{ assessed }} and figures.answered_count > 0
                    {% if unknown_reason %}and not figures.is_counted{% endif %}
                    then 0
            end as decimal(24, 6)) as value,
            cast(null as decimal(24, 6)) as numerator,
            cast(null as decimal(24, 6)) as denominator,
        {% endif %}
        cast(coalesce(figures.contributor_count, 0) as integer) as contributors,
        figures.expected_count,
        figures.answered_count,
        case
            {% if reasons %}
                when reasons.reason is not null then reasons.reason
            {% endif %}
            {% if unknown_reason %}
                when figures.is_counted and figures.contribution_sum is null then '{{ unknown_reason }}'
            {% endif %}
            when figures.expected_count = 0 then '{{ nobody_reason or "Aucun membre dans ce périmètre." }}'
            {% if is_rate %}
                when figures.denominator_sum is null and figures.answered_count = 0 then 'Aucune réponse reçue.'
                when figures.denominator_sum is null or figures.denominator_sum = 0 then 'Dénominateur nul.'
                when figures.denominator_sum < 0 then 'Base négative.'
            {% else %}
                when figures.contribution_sum is null and figures.answered_count = 0 then 'Aucune réponse reçue.'
            {% endif %}
        end as reason,
        figures.sources
    from (
        select
            coalesce(sums.period, frames.period) as period,
            coalesce(sums.perimeter, frames.perimeter) as perimeter,
            coalesce(sums.dimension, frames.dimension) as dimension,
            coalesce(sums.item, frames.item) as item,
            coalesce(frames.expected_count, whole.expected_count) as expected_count,
            coalesce(frames.answered_count, whole.answered_count) as answered_count,
            sums.period is not null as is_counted,
            sums.contribution_sum,
            sums.numerator_sum,
            sums.denominator_sum,
            sums.contributor_count,
            sums.sources
        from (
            select
                period,
                perimeter,
                dimension,
                item,
                {% if is_rate %}
                    cast(null as decimal(24, 6)) as contribution_sum,
                    sum(numerator) as numerator_sum,
                    sum(denominator) as denominator_sum,
                    {{ list_sources("numerator", "denominator") }} as sources,
                {% else %}
                    sum(contribution) as contribution_sum,
                    cast(null as decimal(24, 6)) as numerator_sum,
                    cast(null as decimal(24, 6)) as denominator_sum,
                    {{ list_sources(
                        "contribution", none, "contribution is not null" if unknown_reason else none
                    ) }} as sources,
                {% endif %}
                count(distinct siren) as contributor_count
            from {{ contributions }}
            group by period, perimeter, dimension, item
        ) as sums
        full outer join (
            {% if frames %}
                select * from {{ frames }}
            {% else %}
                {{ coverage_frames(indicator_id) }}
            {% endif %}
        ) as frames
            on
                sums.period = frames.period
                and sums.perimeter = frames.perimeter
                and sums.dimension = frames.dimension
                and sums.item = frames.item
        left join (
            {% if frames %}
                select * from {{ frames }}
            {% else %}
                {{ coverage_frames(indicator_id) }}
            {% endif %}
        ) as whole
            on
                sums.period = whole.period
                and sums.perimeter = whole.perimeter
                and whole.dimension = 'all'
    ) as figures
    {% if reasons %}
        left join {{ reasons }} as reasons
            on
                figures.period = reasons.period
                and figures.perimeter = reasons.perimeter
                and figures.dimension = reasons.dimension
                and figures.item = reasons.item
    {% endif %}
    where
        figures.dimension = 'all'
        or figures.contribution_sum is not null
        or figures.denominator_sum is not null
        {% if unknown_reason %}or figures.is_counted{% endif %}
        {% if reasons %}or reasons.reason is not null{% endif %}
{% endmacro %}
