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


{#
    As an aggregate: the sum of numbers, each rounded to some digits after the point, so that it
    does not depend on the order of rows. With 12 digits they may be as large as 1e18.
#}
{% macro exact_sum(value, digits=12) -%}
    sum(cast({{ value }} as decimal(30, {{ digits }})))
{%- endmacro %}


{# As an aggregate: the mean of numbers that are not NULL, from an exact sum. #}
{% macro exact_mean(value) -%}
    cast({{ exact_sum(value) }} as double) / nullif(count({{ value }}), 0)
{%- endmacro %}


{# A number that sums can bear: NULL for what is not finite or absurdly large. #}
{% macro plausible_number(value) -%}
    case when {{ value }} between -1e12 and 1e12 then {{ value }} end
{%- endmacro %}


{#
    As an aggregate: Pearson's correlation of two columns of whole numbers up to a thousand million,
    exact up to the last roots and division. NULL for fewer than two rows, or where one is constant.
#}
{% macro correlation(left, right) -%}
    cast({{ whole_covariance(left, right) }} as double)
    / nullif(
        sqrt(cast({{ whole_covariance(left, left) }} as double))
        * sqrt(cast({{ whole_covariance(right, right) }} as double)),
        0
    )
{%- endmacro %}


{# As an aggregate: n times the sum of products less the product of the sums. #}
{% macro whole_covariance(left, right) -%}
    (
        cast(count(*) as decimal(12, 0))
        * cast(sum(cast({{ left }} * {{ right }} as decimal(18, 0))) as decimal(26, 0))
        - cast(sum({{ left }}) as decimal(19, 0)) * cast(sum({{ right }}) as decimal(19, 0))
    )
{%- endmacro %}
