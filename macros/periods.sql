{# First day of a quarter written 2026-Q3, as a Python date; pure Jinja, so that any engine runs it. #}
{% macro quarter_start(quarter) -%}
    {{ return(modules.datetime.date(quarter[:4] | int, (quarter[-1] | int) * 3 - 2, 1)) }}
{%- endmacro %}

{# The day before the first day of the next quarter. #}
{% macro quarter_end(first_day) -%}
    {% set month = first_day.month + 3 %}
    {% set next_first = modules.datetime.date(first_day.year + (1 if month > 12 else 0), (month - 1) % 12 + 1, 1) %}
    {{ return(next_first - modules.datetime.timedelta(days=1)) }}
{%- endmacro %}

{# 2026-Q3, for a Python date of that quarter; labels sort by time. #}
{% macro quarter_label(day) -%}
    {{ return(day.year ~ '-Q' ~ ((day.month + 2) // 3)) }}
{%- endmacro %}

{# 2026-Q3, for an SQL date of that quarter. #}
{% macro quarter_of(day) -%}
    concat(extract(year from {{ day }}), '-Q', extract(quarter from {{ day }}))
{%- endmacro %}

{# The same day `count` months later, the last of the month when it has no such day. #}
{% macro months_later(day, count) -%}
    cast({{ dbt.dateadd('month', count, day) }} as date)
{%- endmacro %}

{# Every period evaluated: quarters from history_start to the run's, and each year up to it (to date for the last).
   Returns a list of dicts: period, kind, starts_on, ends_on, is_current. #}
{% macro evaluated_periods() -%}
    {% set last_start = quarter_start(var('quarter')) %}
    {% set last_end = quarter_end(last_start) %}
    {% set start = modules.datetime.date.fromisoformat(var('history_start')) %}
    {% set rows = [] %}
    {% for year in range(start.year, last_start.year + 1) %}
        {% for number in range(1, 5) %}
            {% set first = modules.datetime.date(year, number * 3 - 2, 1) %}
            {% if start <= first <= last_start %}
                {% do rows.append({
                    'period': year ~ '-Q' ~ number, 'kind': 'quarter', 'starts_on': first,
                    'ends_on': quarter_end(first), 'is_current': first == last_start}) %}
            {% endif %}
        {% endfor %}
        {% set year_end = modules.datetime.date(year, 12, 31) %}
        {% do rows.append({
            'period': year | string, 'kind': 'year', 'starts_on': modules.datetime.date(year, 1, 1),
            'ends_on': last_end if year == last_start.year else year_end,
            'is_current': year == last_start.year}) %}
    {% endfor %}
    {{ return(rows) }}
{%- endmacro %}

{# Last day of a quarter label held in a column. #}
{% macro quarter_last_day(label) -%}
    {% set first_day -%}
        cast(concat(
            substring({{ label }}, 1, 4), '-', cast(substring({{ label }}, 7, 1) as integer) * 3 - 2, '-01'
        ) as date)
    {%- endset %}
    cast({{ dbt.dateadd('day', -1, months_later(first_day, 3)) }} as date)
{%- endmacro %}
