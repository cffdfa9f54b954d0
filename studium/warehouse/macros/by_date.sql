{#
    A table whose rows of the recomputed dates are replaced in one transaction: also those of
    dates that have no rows any more. Config: `date_column`, and `reach` as in touched_dates.sql.
    With `keeps_people` it is noted whose rows were replaced, for tables by person.
    studium.warehouse replaces them; dbt by itself, and Spark, make the whole table anew.
#}
{% materialization by_date, adapter='duckdb' %}
    {{ return(materialization_table_duckdb()) }}
{% endmaterialization %}

{% materialization by_date, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}
