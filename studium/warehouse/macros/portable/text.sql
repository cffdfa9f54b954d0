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


{#
    Whether a regular expression is found anywhere in a text. Patterns are written without
    backslashes ([0-9], [.]), which the engines read differently.
#}
{% macro matches(value, pattern) -%}
    {{ return(adapter.dispatch('matches')(value, pattern)) }}
{%- endmacro %}

{% macro duckdb__matches(value, pattern) -%}
    regexp_matches({{ value }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__matches(value, pattern) -%}
    ({{ value }} rlike '{{ pattern }}')
{%- endmacro %}


{# The part of a text that a group of a pattern found first matches; NULL if it is not found. #}
{% macro text_found(value, pattern, group=1) -%}
    nullif(regexp_extract({{ value }}, '{{ pattern }}', {{ group }}), '')
{%- endmacro %}


{# Where a text stands first in another one, from 1; 0 if it does not. #}
{% macro position_of(part, value) -%}
    instr({{ value }}, {{ part }})
{%- endmacro %}


{# A text in which all that a pattern matches is replaced; patterns as in matches. #}
{% macro all_replaced(value, pattern, replacement) -%}
    {{ return(adapter.dispatch('all_replaced')(value, pattern, replacement)) }}
{%- endmacro %}

{% macro duckdb__all_replaced(value, pattern, replacement) -%}
    regexp_replace({{ value }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__all_replaced(value, pattern, replacement) -%}
    regexp_replace({{ value }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}
