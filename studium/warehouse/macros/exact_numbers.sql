{# Seconds as whole microseconds: sums of them do not depend on the order of rows. #}
{% macro whole_microseconds(seconds) -%}
    cast(round({{ seconds }} * 1e6) as bigint)
{%- endmacro %}


{#
    Sample standard deviation from whole numbers: exact up to the last division, whatever the
    order of rows. NULL for fewer than two values.
#}
{% macro deviation(sum_of_squares, total, number) -%}
    case
        when {{ number }} > 1 then sqrt(
            cast(
                cast({{ number }} as decimal(12, 0))
                * cast({{ sum_of_squares }} as decimal(38, 0))
                - cast({{ total }} as decimal(19, 0)) * cast({{ total }} as decimal(19, 0))
                as double
            ) / {{ number }} / ({{ number }} - 1)
        )
    end
{%- endmacro %}
