{# What is known of an event's course; with compat only if the course stands where the published pipelines looked. #}
{% macro of_known_place(column) -%}
    {%- if var('compat') -%}
        case when events.course_id_source in ('context', 'field', 'url') then {{ column }} end
    {%- else -%}
        {{ column }}
    {%- endif -%}
{%- endmacro %}
