{# Whether an event is the request of a page below /courses/<course key>/. #}
{% macro is_course_page(page) -%}
    (
        event_type like '/courses/%'
        and (
            {{ begins_with_page(transparent_key(), page) }}
            {% if not var('compat') -%}
                or {{ begins_with_page('course_id', page) }}
            {%- endif %}
        )
    )
{%- endmacro %}


{% macro begins_with_page(key, page) -%}
    {{ begins_with('event_type', "'/courses/' || " ~ key ~ " || '/" ~ page ~ "'") }}
{%- endmacro %}


{# course-v1:Org+Number+Run as Org/Number/Run, which is how published datasets name a course. #}
{% macro transparent_key() -%}
    case
        when course_id like 'course-v1:%' then replace(substr(course_id, 11), '+', '/')
        else course_id
    end
{%- endmacro %}
