{#
    A data test: the rows that break it are a view, for `studium check --show`, and are counted, by one text
    of statements. dbt's own way looks for an earlier view, drops it and makes one, each on its own.
#}
{% materialization test, adapter='duckdb' %}
    {% call statement('main', fetch_result=true) -%}
        create or replace view {{ this }} as
        {{ sql }};
        {{ get_test_sql(
            'select * from ' ~ this,
            config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none
        ) }}
    {%- endcall %}
    {{ adapter.commit() }}

    {{ return({'relations': [this]}) }}
{% endmaterialization %}
