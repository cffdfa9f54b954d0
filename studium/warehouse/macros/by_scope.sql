{#
    A table whose rows of the touched scopes are replaced in one transaction: also those of scopes that
    have no rows any more. Config: `scope`, the kind; the id stands in the column <kind>_id, or in
    `scope_column`. Its rows of a scope follow from that scope's dumps and events alone, not from
    others. It is read with is_touched_scope. Where rows tell of the days before as_of too (config
    `follows_as_of`), the table is made anew when the interval moved.
    studium.warehouse replaces them; dbt by itself, and Spark, make the whole table anew.
#}
{% materialization by_scope, adapter='duckdb' %}
    {{ return(materialization_table_duckdb()) }}
{% endmaterialization %}

{% materialization by_scope, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}


{#
    A condition: the rows of the scope of `kind` in `column` are recomputed in this run. The scopes stand
    in it one by one, so that the engine reads no other scope's rows.
#}
{% macro is_touched_scope(kind, column) -%}
    {%- if not var('touched_scopes') -%}
        true
    {%- else -%}
        {%- set ids = touched_ids(kind) -%}
        {%- if ids -%}
            {{ column }} in ({{ ids | join(', ') }})
        {%- else -%}
            false
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{# The scopes of `kind` to recompute, as SQL texts; studium.touched_scopes says which. #}
{% macro touched_ids(kind) %}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- set table = source('studium', 'touched_scopes') -%}
        {%- set asked = 'select id from ' ~ table ~ " where kind = '" ~ kind ~ "' order by id" -%}
        {%- for row in run_query(asked) -%}
            {%- do found.append("'" ~ row[0] | replace("'", "''") ~ "'") -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}
