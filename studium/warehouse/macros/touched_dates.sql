{#
    Which event dates this run recomputes. `reach` is how many days after a touched one its events
    are still looked at: with reach=1 the day after a touched date is recomputed too, and each day
    is read with the one before it.
#}
{% macro recomputed_dates(reach=0) %}
    {% if var('touched_dates') is none %}{{ return(none) }}{% endif %}
    {{ return(days_around(var('touched_dates'), 0, reach)) }}
{% endmacro %}


{% macro days_around(days, first, last) %}
    {% set found = [] %}
    {% for day in days %}
        {% for offset in range(first, last + 1) %}
            {% do found.append(shifted_day(day, offset)) %}
        {% endfor %}
    {% endfor %}
    {{ return(found | unique | sort | list) }}
{% endmacro %}


{% macro shifted_day(day, offset) %}
    {% set date = modules.datetime.date.fromisoformat(day) %}
    {{ return((date + modules.datetime.timedelta(days=offset)).isoformat()) }}
{% endmacro %}


{# A condition: the rows of `column` are recomputed in this run. #}
{% macro is_recomputed(column, reach=0) -%}
    {%- set days = recomputed_dates(reach) -%}
    {{ 'true' if days is none else is_one_of(column, days) }}
{%- endmacro %}


{# A condition: the rows of `column` are read in this run; they or later ones are recomputed. #}
{% macro is_read(column, reach=0) -%}
    {%- set days = recomputed_dates(reach) -%}
    {{ 'true' if days is none else is_one_of(column, days_around(days, -reach, 0)) }}
{%- endmacro %}


{% macro is_one_of(column, days) -%}
    {%- if days -%}
        {{ column }} in (date '{{ days | join("', date '") }}')
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
