{# The number of the stretch of pairs_window_seconds that holds a moment: joins by it stay small. #}
{% macro pair_window(moment) -%}
    cast(floor({{ microseconds(moment) }} / {{ var('pairs_window_seconds') * 1000000 }}) as bigint)
{%- endmacro %}
