-- Quarters that make up each evaluated period, one year of look-back included for year-on-year comparison.
{% set first = modules.datetime.date.fromisoformat(var('history_start')) %}
{% set last = quarter_start(var('quarter')) %}
with quarters as (
    {% for year in range(first.year - 1, last.year + 1) %}
        {% for number in range(1, 5) %}
            {% set starts_on = modules.datetime.date(year, number * 3 - 2, 1) %}
            {% if starts_on <= last %}
                {% if not (year == first.year - 1 and number == 1) %}union all{% endif %}
                select
                    '{{ year }}-Q{{ number }}' as quarter,
                    cast('{{ starts_on }}' as date) as starts_on,
                    cast('{{ quarter_end(starts_on) }}' as date) as ends_on
            {% endif %}
        {% endfor %}
    {% endfor %}
)

select
    quarter,
    starts_on,
    ends_on
from quarters
