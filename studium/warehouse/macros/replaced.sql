{#
    Tables and views are replaced by one statement in one transaction. dbt-duckdb's own way is a new
    relation beside the old one, two renames and a drop: five statements, each with a macro context
    of its own, which cost more than most queries.
#}
{% materialization table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ get_assert_columns_equivalent(compiled_code) }}
    {% call statement('main') -%}
        {{ drop_other_kind(target_relation) }}
        create or replace table {{ this }} as
        {{ get_select_subquery(compiled_code) }}
    {%- endcall %}
    {{ adapter.commit() }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% materialization view, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {{ get_assert_columns_equivalent(compiled_code) }}
    {% call statement('main') -%}
        {{ drop_other_kind(target_relation) }}
        create or replace view {{ this }} as
        {{ compiled_code }}
    {%- endcall %}
    {{ adapter.commit() }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# A view cannot replace a table of its name, nor a table a view: what earlier models left goes first. #}
{% macro drop_other_kind(target_relation) -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- if existing_relation is not none and existing_relation.type != target_relation.type -%}
        drop {{ existing_relation.type }} if exists {{ this }};
    {%- endif -%}
{%- endmacro %}


{#
    The contract: names and types of the query are those beside the model. Where they are, one
    DESCRIBE shows it; dbt's own check, which plans a second query, is left to find the words.
#}
{% macro duckdb__get_assert_columns_equivalent(sql) %}
    {%- set names = {'STRING': 'VARCHAR', 'TEXT': 'VARCHAR'} -%}
    {%- set promised = [] -%}
    {%- for column in model['columns'].values() -%}
        {%- set type = column['data_type'] | upper -%}
        {%- do promised.append([column['name'], names.get(type, type)]) -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- for column in adapter.get_column_schema_from_query(sql) -%}
        {%- do found.append([column.name, column.dtype]) -%}
    {%- endfor -%}
    {%- if not promised or promised | sort != found | sort -%}
        {{ assert_columns_equivalent(sql) }}
    {%- endif -%}
{% endmacro %}
