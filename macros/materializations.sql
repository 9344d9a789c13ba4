{#- Every build writes into a file of its own: a table needs no intermediate name, no backup and no transaction, that is
    one statement where dbt's own materialization has a dozen. -#}
{% materialization table, adapter='duckdb' %}
  {%- set relation = this.incorporate(type='table') -%}
  {%- do drop_relation_if_exists(load_cached_relation(this)) -%}
  {% call statement('main', auto_begin=false) %}{{ create_table_as(false, relation, compiled_code) }}{% endcall %}
  {{ return({'relations': [relation]}) }}
{% endmaterialization %}
