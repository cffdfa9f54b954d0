{#
    Rows of a CTE with a course: of those of the same course and key the one of the last line. The
    variable `repeats` says for a dataset in which of its raw files a key stands twice; the rows of
    all others pass as they are, since sorting them costs more than most models. A dataset that it
    does not name is looked through as a whole. Adds the column place_from_end, always 1.
#}
{% macro last_lines(rows, dataset, key) -%}
    {{ return(adapter.dispatch('last_lines')(rows, dataset, key)) }}
{%- endmacro %}

{% macro default__last_lines(rows, dataset, key) -%}
    {{ last_line_of_each(rows, key, 'true') }}
{%- endmacro %}

{% macro duckdb__last_lines(rows, dataset, key) -%}
    {%- set files = var('repeats').get(dataset) -%}
    {%- if files is none -%}
        {{ last_line_of_each(rows, key, 'true') }}
    {%- elif not files -%}
        select *, 1 as place_from_end from {{ rows }} where course_id is not null
    {%- else -%}
        {%- set is_repeating = "coalesce(source_file, '') in ('" ~ files | join("', '") ~ "')" -%}
        select *, 1 as place_from_end
        from {{ rows }}
        where course_id is not null and not {{ is_repeating }}
        union all
        {{ last_line_of_each(rows, key, is_repeating) }}
    {%- endif -%}
{%- endmacro %}

{% macro last_line_of_each(rows, key, condition) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by course_id, {{ key | join(', ') }}
                order by dump_date desc, source_file desc, source_line desc
            ) as place_from_end
        from {{ rows }}
        where course_id is not null and {{ condition }}
    )
    where place_from_end = 1
{%- endmacro %}
