{# The number of the 5-second segment that holds an offset in seconds, from 0. #}
{% macro segment_of(offset) -%}
    cast(floor({{ offset }} / 5) as bigint)
{%- endmacro %}
