{# Whether the week that begins on a Monday lies wholly inside [events_from, as_of). #}
{% macro is_complete_week(monday) -%}
    {{ monday }} >= date '{{ var("events_from") }}'
    and {{ shifted(monday, 7) }} <= date '{{ var("as_of") }}'
{%- endmacro %}


{# The last date that counts. #}
{% macro last_date() -%}
    {{ shifted("date '" ~ var("as_of") ~ "'", -1) }}
{%- endmacro %}


{# Whether the month that begins on a day lies wholly inside [events_from, as_of). #}
{% macro is_complete_month(first_day) -%}
    {{ first_day }} >= date '{{ var("events_from") }}'
    and cast({{ first_day }} + interval '1' month as date) <= date '{{ var("as_of") }}'
{%- endmacro %}
