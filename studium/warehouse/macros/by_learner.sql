{#
    A table whose rows of the touched learners are replaced in one transaction: learners of courses
    with an event on a touched date, now or when the table was made. Its rows of a learner follow
    from that learner's events alone. The model that it reads learners' events from is by date and
    says `keeps_learners: true`: it notes them before its rows are replaced, and until a build is
    finished. Without touched dates the whole table is made anew.
#}
{% materialization by_learner, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set is_partial = var('touched_dates') is not none -%}
    {%- if is_partial and load_cached_relation(this) is none -%}
        {{ exceptions.raise_compiler_error(this ~ ' is missing: build all learners first') }}
    {%- endif -%}

    {{ get_assert_columns_equivalent(compiled_code) }}
    {% call statement('main') -%}
        {%- if is_partial -%}
            delete from {{ this }} where {{ is_touched_learner(this) }};
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
{% macro note_learners(column, days) %}
    insert into {{ source('studium', 'touched_learners') }}
    select distinct course_id, username from {{ this }}
    where {{ is_one_of(column, days) }}
    except
    select course_id, username from {{ source('studium', 'touched_learners') }};
{% endmacro %}
