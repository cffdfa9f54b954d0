{#
    Rows of a CTE or a source with a course: of those of the same course and key the one of the last
    line. `course` is the column or expression of the course. The variable `repeats` says for a
    dataset in which of its raw files a key stands twice; the rows of all others pass as they are,
    since sorting them costs more than most models. A dataset that it does not name is looked through
    as a whole. Adds the column place_from_end, always 1.
#}
{% macro last_lines(rows, dataset, key, course='course_id') -%}
    {{ return(adapter.dispatch('last_lines')(rows, dataset, key, course)) }}
{%- endmacro %}

{% macro default__last_lines(rows, dataset, key, course) -%}
    {{ last_line_of_each(rows, key, course, 'true') }}
{%- endmacro %}

{% macro duckdb__last_lines(rows, dataset, key, course) -%}
    {%- set files = var('repeats').get(dataset) -%}
    {%- if files is none -%}
        {{ last_line_of_each(rows, key, course, 'true') }}
    {%- elif not files -%}
        select *, 1 as place_from_end from {{ rows }} where {{ course }} is not null
    {%- else -%}
        {%- set is_repeating = "coalesce(source_file, '') in ('" ~ files | join("', '") ~ "')" -%}
        select *, 1 as place_from_end
        from {{ rows }}
        where {{ course }} is not null and not {{ is_repeating }}
        union all
        {{ last_line_of_each(rows, key, course, is_repeating) }}
    {%- endif -%}
{%- endmacro %}

{% macro last_line_of_each(rows, key, course, condition) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ course }}, {{ key | join(', ') }}
                order by dump_date desc, source_file desc, source_line desc
            ) as place_from_end
        from {{ rows }}
        where {{ course }} is not null and {{ condition }}
    )
    where place_from_end = 1
{%- endmacro %}
