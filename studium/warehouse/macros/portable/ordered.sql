{# In a window: the value of the last row that has one. Follow it with over (…). #}
{% macro last_known(value) -%}
    {{ return(adapter.dispatch('last_known')(value)) }}
{%- endmacro %}

{% macro duckdb__last_known(value) -%}
    last_value({{ value }} ignore nulls)
{%- endmacro %}

{% macro spark__last_known(value) -%}
    last_value({{ value }}, true)
{%- endmacro %}


{# As an aggregate: the value in the row with the greatest keys, compared from left to right. #}
{% macro value_at_greatest(value, keys) -%}
    {{ return(adapter.dispatch('value_at_greatest')(value, keys)) }}
{%- endmacro %}

{% macro duckdb__value_at_greatest(value, keys) -%}
    max_by({{ value }}, row({{ keys | join(', ') }}))
{%- endmacro %}

{% macro spark__value_at_greatest(value, keys) -%}
    max_by({{ value }}, struct({{ keys | join(', ') }}))
{%- endmacro %}


{# As an aggregate: distinct whole numbers in ascending order, joined by spaces. #}
{% macro joined_numbers(value) -%}
    {{ return(adapter.dispatch('joined_numbers')(value)) }}
{%- endmacro %}

{% macro duckdb__joined_numbers(value) -%}
    array_to_string(list_sort(list(distinct {{ value }})), ' ')
{%- endmacro %}

{% macro spark__joined_numbers(value) -%}
    array_join(transform(array_sort(collect_set({{ value }})), number -> cast(number as string)), ' ')
{%- endmacro %}
