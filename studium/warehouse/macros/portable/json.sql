{#
    What stands at a path such as '$.problem.grade' in JSON text: a string without quotes, a number,
    true or false as text, an object or list as JSON text. NULL for JSON null, where nothing
    stands there, and for text that is no JSON.
#}
{% macro json_text(json, path) -%}
    {{ return(adapter.dispatch('json_text')(json, path)) }}
{%- endmacro %}

{% macro duckdb__json_text(json, path) -%}
    try(json_extract_string({{ json }}, '{{ path }}'))
{%- endmacro %}

{% macro spark__json_text(json, path) -%}
    get_json_object({{ json }}, '{{ path }}')
{%- endmacro %}
