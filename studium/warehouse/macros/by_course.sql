{#
    A table whose rows of the touched courses are replaced in one transaction: also those of
    courses that have no rows any more. Its rows of a course follow from that course's dumps and
    events alone, not from other courses. It is read with is_touched_course. Where rows tell of the
    days before as_of too (config `follows_as_of`), the table is made anew when the interval moved.
    studium.warehouse replaces them; dbt by itself, and Spark, make the whole table anew.
#}
{% materialization by_course, adapter='duckdb' %}
    {{ return(materialization_table_duckdb()) }}
{% endmaterialization %}

{% materialization by_course, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}


{#
    A condition: the rows of the course in `column` are recomputed in this run. The courses stand
    in it one by one, so that the engine reads no other course's rows.
#}
{% macro is_touched_course(column) -%}
    {%- if not var('touched_courses') -%}
        true
    {%- else -%}
        {%- set courses = touched_course_ids() -%}
        {%- if courses -%}
            {{ column }} in ({{ courses | join(', ') }})
        {%- else -%}
            false
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{# The courses to recompute, as SQL texts; studium.touched_courses says which. #}
{% macro touched_course_ids() %}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- set table = source('studium', 'touched_courses') -%}
        {%- for row in run_query('select course_id from ' ~ table ~ ' order by course_id') -%}
            {%- do found.append("'" ~ row[0] | replace("'", "''") ~ "'") -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}


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
