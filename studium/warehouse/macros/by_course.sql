{#
    A table whose rows of the touched courses are replaced in one transaction: also those of
    courses that have no rows any more. Its rows of a course follow from that course's dumps and
    events alone, not from other courses. It is read with is_touched_course. Without touched courses
    (variable touched_courses: false) the whole table is made anew; where rows follow from as_of too
    (follows_as_of=true, here and in is_touched_course), also when the interval moved.
#}
{% materialization by_course, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set is_partial = keeps_courses(config.get('follows_as_of', false)) -%}
    {%- if is_partial and existing_relation is none -%}
        {{ exceptions.raise_compiler_error(this ~ ' is missing: build all courses first') }}
    {%- endif -%}

    {{ get_assert_columns_equivalent(compiled_code) }}
    {% call statement('main') -%}
        {%- if is_partial -%}
            delete from {{ this }} where {{ is_touched_course('course_id') }};
            insert into {{ this }} {{ get_column_names() }}
            {{ get_select_subquery(compiled_code) }}
        {%- else -%}
            {{ drop_other_kind(target_relation) }}
            create or replace table {{ this }} as
            {{ get_select_subquery(compiled_code) }}
        {%- endif -%}
    {%- endcall %}
    {{ adapter.commit() }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# On Spark the whole table is made anew. #}
{% materialization by_course, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}


{# Whether a table by course keeps the rows of the courses that are not touched. #}
{% macro keeps_courses(follows_as_of) %}
    {{ return(var('touched_courses') and not (follows_as_of and var('is_interval_moved'))) }}
{% endmacro %}


{#
    A condition: the rows of the course in `column` are recomputed in this run. The courses stand
    in it one by one, so that the engine reads no other course's rows.
#}
{% macro is_touched_course(column, follows_as_of=false) -%}
    {%- if not keeps_courses(follows_as_of) -%}
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
