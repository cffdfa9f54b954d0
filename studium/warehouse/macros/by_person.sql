{#
    A table whose rows of the touched people are replaced in one transaction: people of scopes with an
    event on a touched date, now or when the table was made. Config: `person`, the columns of the scope
    and of the person. Its rows of a person follow from that person's events alone. The model that it
    reads people's events from is by date and names the same columns in `keeps_people`: it is noted
    whose rows of it go and come, until a build is finished. studium.warehouse replaces them; dbt by
    itself, and Spark, make the whole table anew.
#}
{% materialization by_person, adapter='duckdb' %}
    {{ return(materialization_table_duckdb()) }}
{% endmaterialization %}

{% materialization by_person, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}


{# A condition: the rows of a person in `table`, told by two columns, are recomputed in this run. #}
{% macro is_touched_person(table, person) -%}
    {%- if var('touched_dates') is none -%}
        true
    {%- else -%}
        exists (
            select 1
            from {{ source('studium', 'touched_people') }} as touched
            where
                touched.scope_id = {{ table }}.{{ person[0] }}
                and touched.person = {{ table }}.{{ person[1] }}
        )
    {%- endif -%}
{%- endmacro %}


{# A statement: note the people of a table by date whose rows of `days` go, or came. #}
{% macro note_people(table, person, column, days) %}
    insert into {{ source('studium', 'touched_people') }}
    select distinct
        {{ person[0] }},
        {{ person[1] }}
    from {{ table }}
    where {{ is_one_of(column, days) }}
    except
    select scope_id, person from {{ source('studium', 'touched_people') }}
{% endmacro %}
