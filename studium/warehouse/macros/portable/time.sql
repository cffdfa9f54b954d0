{# Microseconds since 1970 of a timestamp, BIGINT: differences and sums of it are exact. #}
{% macro microseconds(moment) -%}
    {{ return(adapter.dispatch('microseconds')(moment)) }}
{%- endmacro %}

{% macro duckdb__microseconds(moment) -%}
    epoch_us({{ moment }})
{%- endmacro %}

{% macro spark__microseconds(moment) -%}
    unix_micros({{ moment }})
{%- endmacro %}


{# One row per day from `first` to `last`, both included; alone in its column of the select list. #}
{% macro each_day(first, last) -%}
    {{ return(adapter.dispatch('each_day')(first, last)) }}
{%- endmacro %}

{% macro duckdb__each_day(first, last) -%}
    cast(unnest(generate_series({{ first }}, {{ last }}, interval '1' day)) as date)
{%- endmacro %}

{% macro spark__each_day(first, last) -%}
    explode(sequence({{ first }}, {{ last }}, interval '1' day))
{%- endmacro %}


{# One row per BIGINT from `first` to `last`, both included; alone in its column of the list. #}
{% macro each_number(first, last) -%}
    {{ return(adapter.dispatch('each_number')(first, last)) }}
{%- endmacro %}

{% macro duckdb__each_number(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}))
{%- endmacro %}

{% macro spark__each_number(first, last) -%}
    explode(sequence({{ first }}, {{ last }}))
{%- endmacro %}


{# The Monday of a date's ISO week. #}
{% macro monday(day) -%}
    cast(date_trunc('week', {{ day }}) as date)
{%- endmacro %}


{# A date some days later or, with a negative number, earlier. #}
{% macro shifted(day, days) -%}
    cast({{ day }} {{ '-' if days < 0 else '+' }} interval '{{ days | abs }}' day as date)
{%- endmacro %}


{# Whole weeks from one date to a later one, BIGINT. #}
{% macro whole_weeks(first, last) -%}
    cast(floor(({{ microseconds('cast(' ~ last ~ ' as timestamp)') }} - {{ microseconds('cast(' ~ first ~ ' as timestamp)') }}) / 604800000000) as bigint)
{%- endmacro %}
