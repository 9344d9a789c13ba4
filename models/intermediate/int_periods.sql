-- The only place where time enters the models: periods are parameters of the run, never the clock.
{% for row in evaluated_periods() %}
    {% set previous_end = row.ends_on.replace(year=row.ends_on.year - 1) %}
    select
        '{{ row.period }}' as period,
        '{{ row.kind }}' as period_kind,
        cast('{{ row.starts_on }}' as date) as starts_on,
        cast('{{ row.ends_on }}' as date) as ends_on,
        cast('{{ row.starts_on.replace(year=row.starts_on.year - 1) }}' as date) as previous_starts_on,
        cast('{{ previous_end }}' as date) as previous_ends_on,
        '{{ quarter_label(row.starts_on) }}' as first_quarter,
        '{{ quarter_label(row.ends_on) }}' as last_quarter,
        '{{ quarter_label(previous_end) }}' as previous_last_quarter,
        cast({{ row.is_current | lower }} as boolean) as is_current
    {% if not loop.last %}union all{% endif %}
{% endfor %}
