{# Whether the week that begins on a Monday lies wholly inside [events_from, as_of). #}
{% macro is_complete_week(monday) -%}
    {{ monday }} >= date '{{ var("events_from") }}'
    and {{ shifted(monday, 7) }} <= date '{{ var("as_of") }}'
{%- endmacro %}


{# The last date that counts. #}
{% macro last_date() -%}
    {{ shifted("date '" ~ var("as_of") ~ "'", -1) }}
{%- endmacro %}
