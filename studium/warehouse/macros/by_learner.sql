{#
    A table whose rows of the touched learners are replaced in one transaction: learners of courses
    with an event on a touched date, now or when the table was made. Its rows of a learner follow
    from that learner's events alone. The model that it reads learners' events from is by date and
    says `keeps_learners: true`: it is noted whose rows of it go and come, until a build is
    finished. studium.warehouse replaces them; dbt by itself, and Spark, make the whole table anew.
#}
{% materialization by_learner, adapter='duckdb' %}
    {{ return(materialization_table_duckdb()) }}
{% endmaterialization %}

{% materialization by_learner, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}


{# A condition: the rows of a learner in `table` (course_id, username) are recomputed in this run. #}
{% macro is_touched_learner(table) -%}
    {%- if var('touched_dates') is none -%}
        true
    {%- else -%}
        exists (
            select 1
            from {{ source('studium', 'touched_learners') }} as touched
            where
                touched.course_id = {{ table }}.course_id
                and touched.username = {{ table }}.username
        )
    {%- endif -%}
{%- endmacro %}


{# A statement: note the learners of a table by date whose rows of `days` go, or came. #}
{% macro note_learners(table, column, days) %}
    insert into {{ source('studium', 'touched_learners') }}
    select distinct course_id, username from {{ table }}
    where {{ is_one_of(column, days) }}
    except
    select course_id, username from {{ source('studium', 'touched_learners') }}
{% endmacro %}
