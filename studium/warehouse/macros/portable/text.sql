{# Whether a text begins with another one, taken literally; NULL if either is NULL. #}
{% macro begins_with(value, prefix) -%}
    {{ return(adapter.dispatch('begins_with')(value, prefix)) }}
{%- endmacro %}

{% macro duckdb__begins_with(value, prefix) -%}
    starts_with({{ value }}, {{ prefix }})
{%- endmacro %}

{% macro spark__begins_with(value, prefix) -%}
    startswith({{ value }}, {{ prefix }})
{%- endmacro %}


{# Whether a JSON object has a key at its top, also when its value is null. NULL for no object. #}
{% macro has_key(json, key) -%}
    {{ return(adapter.dispatch('has_key')(json, key)) }}
{%- endmacro %}

{% macro duckdb__has_key(json, key) -%}
    try(list_contains(json_keys({{ json }}), '{{ key }}'))
{%- endmacro %}

{% macro spark__has_key(json, key) -%}
    array_contains(json_object_keys({{ json }}), '{{ key }}')
{%- endmacro %}
