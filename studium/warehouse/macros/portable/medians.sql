{# As an aggregate: the exact median, half-way between the two middle values of an even number. #}
{% macro exact_median(value) -%}
    median({{ value }})
{%- endmacro %}


{#
    As an aggregate: the smallest value that at least `share` of the values do not exceed; with a
    share of 0.5 the lower median. NULL values do not count.
#}
{% macro lower_percentile(value, share) -%}
    percentile_disc({{ share }}) within group (order by {{ value }})
{%- endmacro %}
