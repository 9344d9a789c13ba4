{# Why the contract of a post is not open on the day of the stock, in French; null when it is. #}
{% macro not_open(posts, stock_on) -%}
    case
        when {{ posts }}.started_on > {{ stock_on }} then 'Le contrat commence après le dernier jour de la période.'
        when {{ posts }}.ended_on < {{ stock_on }} then 'Le contrat s''est terminé avant le dernier jour de la période.'
    end
{%- endmacro %}
