{# A condition: the rows of the course in `column` are recomputed in this run. #}
{% macro is_touched_course(column) -%}
    {{ is_touched_scope('course', column) }}
{%- endmacro %}


{# The condition of a join of learners in a table by course, of touched courses on both sides. #}
{% macro is_same_learner(left, right) -%}
    {{ left }}.course_id = {{ right }}.course_id
    and {{ left }}.user_id = {{ right }}.user_id
    and {{ is_touched_course(right ~ '.course_id') }}
{%- endmacro %}


{# The same by username: what the tracking log tells of a learner. #}
{% macro is_same_person(left, right) -%}
    {{ left }}.course_id = {{ right }}.course_id
    and {{ left }}.username = {{ right }}.username
    and {{ is_touched_course(right ~ '.course_id') }}
{%- endmacro %}


{# The same by username and date. #}
{% macro is_same_day(left, right) -%}
    {{ is_same_person(left, right) }}
    and {{ left }}.date = {{ right }}.date
{%- endmacro %}


{# A condition: the rows of a learner in `table` (course_id, username) are recomputed in this run. #}
{% macro is_touched_learner(table) -%}
    {{ is_touched_person(table, ['course_id', 'username']) }}
{%- endmacro %}
