{#
    A table whose rows of the recomputed dates are replaced in one transaction: also those of
    dates that have no rows any more. Config: `date_column`, and `reach` as in touched_dates.sql.
    With `keeps_learners` it notes whose rows were replaced, for tables by learner.
    Without touched dates the whole table is made anew.
#}
{% materialization by_date, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set days = recomputed_dates(config.get('reach', 0)) -%}
    {%- if days is not none and existing_relation is none -%}
        {{ exceptions.raise_compiler_error(this ~ ' is missing: build all dates first') }}
    {%- endif -%}

    {{ get_assert_columns_equivalent(compiled_code) }}
    {% call statement('main') -%}
        {%- if days is none -%}
            {{ drop_other_kind(target_relation) }}
            create or replace table {{ this }} as
            {{ get_select_subquery(compiled_code) }}
        {%- else -%}
            {%- set column = config.require('date_column') -%}
            {%- set keeps_learners = config.get('keeps_learners', false) -%}
            {% if keeps_learners %}{{ note_learners(column, days) }}{% endif %}
            delete from {{ this }} where {{ is_one_of(column, days) }};
            insert into {{ this }} {{ get_column_names() }}
            {{ get_select_subquery(compiled_code) }};
            {% if keeps_learners %}{{ note_learners(column, days) }}{% endif %}
        {%- endif -%}
    {%- endcall %}
    {{ adapter.commit() }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# On Spark the whole table is made anew. #}
{% materialization by_date, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}
