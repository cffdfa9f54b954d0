{# course-v1:Org+Number+Run as Org/Number/Run, which is how published datasets name a course. #}
{% macro published_course_id(course_id) -%}
    case
        when {{ course_id }} like 'course-v1:%'
            then replace(substr({{ course_id }}, 11), '+', '/')
        else {{ course_id }}
    end
{%- endmacro %}


{#
    A canonical usage key as Org/Number/category/url_name, which is how published datasets name a
    block: block-v1:Org+Number+Run+type@category+block@url_name, also of a custom course
    (ccx-block-v1), and i4x://Org/Number/category/url_name. Any other text as it is.
#}
{% macro published_module_id(usage_key) -%}
    case
        when {{ usage_key }} like '%block-v1:%+type@%+block@%'
            then
                split_part(split_part({{ usage_key }}, ':', 2), '+', 1)
                || '/' || split_part({{ usage_key }}, '+', 2)
                || '/' || split_part(split_part({{ usage_key }}, '+type@', 2), '+block@', 1)
                || '/' || split_part({{ usage_key }}, '+block@', 2)
        when {{ usage_key }} like 'i4x://%' then substr({{ usage_key }}, 7)
        else {{ usage_key }}
    end
{%- endmacro %}


{# The url_name at the end of a canonical usage key or of a published module id. #}
{% macro url_name_of(module) -%}
    case
        when {{ module }} like '%+block@%' then split_part({{ module }}, '+block@', 2)
        else split_part({{ module }}, '/', -1)
    end
{%- endmacro %}


{# The organisation of a course key: course-v1:Org+Number+Run, ccx-v1:… and Org/Number/Run. #}
{% macro org_of(course_id) -%}
    case
        when {{ course_id }} like '%-v1:%'
            then nullif(split_part(split_part({{ course_id }}, ':', 2), '+', 1), '')
        else nullif(split_part({{ course_id }}, '/', 1), '')
    end
{%- endmacro %}


{# Of keys joined by spaces the one at a place from 1, from the end if it is negative; else NULL. #}
{% macro ancestor(keys, place) -%}
    nullif(split_part({{ keys }}, ' ', {{ place }}), '')
{%- endmacro %}


{# How many keys are joined by spaces; 0 for NULL. #}
{% macro ancestor_count(keys) -%}
    cast(
        coalesce(length({{ keys }}) - length(replace({{ keys }}, ' ', '')) + 1, 0) as bigint
    )
{%- endmacro %}


{# Keys joined by spaces without one of them; NULL if no other is left. #}
{% macro without_word(keys, word) -%}
    nullif(trim(replace(' ' || {{ keys }} || ' ', ' ' || {{ word }} || ' ', ' ')), '')
{%- endmacro %}
