{# A part over its whole: between 0 and 1. #}
{% test share_of_a_whole(model) %}
select * from {{ model }}
where value < 0 or value > 1
{% endtest %}
