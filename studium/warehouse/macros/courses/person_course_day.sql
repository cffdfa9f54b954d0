{# Whether an event is the request of a page below /courses/<course key>/. #}
{% macro is_course_page(page) -%}
    (
        event_type like '/courses/%'
        and (
            {{ begins_with_page(published_course_id('course_id'), page) }}
            {% if not var('compat') -%}
                or {{ begins_with_page('course_id', page) }}
            {%- endif %}
        )
    )
{%- endmacro %}


{% macro begins_with_page(key, page) -%}
    {{ begins_with('event_type', "'/courses/' || " ~ key ~ " || '/" ~ page ~ "'") }}
{%- endmacro %}
