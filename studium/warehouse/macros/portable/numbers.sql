{# Text as BIGINT: an optional sign and at most 18 digits, nothing else; NULL for other text. #}
{% macro as_integer(value) -%}
    case
        when {{ matches(value, '^[-+]?[0-9]{1,18}$') }} then cast({{ value }} as bigint)
    end
{%- endmacro %}


{# Text as DOUBLE: a finite number with a point, with or without exponent; NULL for other text. #}
{% macro as_number(value) -%}
    case
        when
            {{ matches(value, '^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]{1,2})?$') }}
            then cast({{ value }} as double)
    end
{%- endmacro %}
