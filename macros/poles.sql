{#
  Several poles in one build (docs/adr/0007-one-build-for-a-network.md): every identifier of a pole, and every perimeter,
  begins with that pole's qualifier, `P07/`, so that no join or count can bring two poles together. With one pole there
  is no qualifier and each of these macros gives back what it was given.
#}

{% macro is_network() -%}
    {{ return(var('poles') | length > 0) }}
{%- endmacro %}

{# One row per pole: qualifier, managing_body_siren (both empty texts when there is none). #}
{% macro poles() -%}
    (
        {% if is_network() %}
            {% for pole in var('poles') %}
                select
                    '{{ pole.pole_id }}/' as qualifier,
                    '{{ pole.pole_id ~ '/' ~ pole.managing_body_siren if pole.managing_body_siren }}'
                        as managing_body_siren
                {% if not loop.last %}union all{% endif %}
            {% endfor %}
        {% else %}
            select
                '' as qualifier,
                '{{ var('managing_body_siren') }}' as managing_body_siren
        {% endif %}
    )
{%- endmacro %}

{# The qualifier of a qualified text. #}
{% macro pole_of(qualified) -%}
    {% if is_network() %}substring({{ qualified }}, 1, position('/' in {{ qualified }})){% else %}''{% endif %}
{%- endmacro %}

{# A qualified text without its qualifier. #}
{% macro local(qualified) -%}
    {% if is_network() %}
        substring({{ qualified }}, position('/' in {{ qualified }}) + 1)
    {%- else %}{{ qualified }}{% endif %}
{%- endmacro %}

{# The id of the pole of a qualified text. #}
{% macro pole_id(qualified) -%}
    {% if is_network() %}substring({{ qualified }}, 1, position('/' in {{ qualified }}) - 1){% else %}''{% endif %}
{%- endmacro %}

{# `text` under the qualifier of another identifier. #}
{% macro qualified(identifier, text) -%}
    {% if is_network() %}concat({{ pole_of(identifier) }}, {{ text }}){% else %}{{ text }}{% endif %}
{%- endmacro %}

{# Also what lets an engine join two lists of many poles pole by pole. #}
{% macro same_pole(one, other) -%}
    {% if is_network() %}{{ pole_of(one) }} = {{ pole_of(other) }}{% else %}true{% endif %}
{%- endmacro %}

{# Hash of a qualified text: that of the pole's own build, under its qualifier. #}
{% macro hash_of(text) -%}
    {{ qualified(text, dbt.hash(local(text))) }}
{%- endmacro %}
