-- Days of the evaluated periods, with the UTC instants at which they begin and end in Europe/Paris (23 to 25 hours).
{% set first_day = modules.datetime.date.fromisoformat(var('history_start')).replace(month=1, day=1) %}
{% set last_day = quarter_end(quarter_start(var('quarter'))) %}
{% set first_date = "cast('" ~ first_day ~ "' as date)" %}
with

digits as (
    {% for digit in range(10) %}
        select {{ digit }} as digit
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

numbers as (
    select units.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit as day_number
    from digits as units
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
),

days as (
    select
        cast({{ dbt.dateadd('day', 'day_number', first_date) }} as date) as day_on,
        cast({{ dbt.dateadd('day', 'day_number + 1', first_date) }} as date) as next_day_on,
        ({{ first_day.weekday() }} + day_number) % 7 + 1 as weekday
    from numbers
    where day_number <= {{ (last_day - first_day).days }}
)

select
    day_on,
    weekday,
    {{ local_to_utc('cast(day_on as timestamp)') }} as starts_at,
    {{ local_to_utc('cast(next_day_on as timestamp)') }} as ends_at
from days
