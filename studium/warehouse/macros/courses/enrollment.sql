{#
    Learners by day and group, from a CTE of states (course_id, valid_from, valid_to, is_enrolled, and
    the columns `by`): one row per stretch of days, first_date to last_date, on which the numbers do
    not change. count: enrolled at the end of a day; cumulative_count: known, enrolled or not.
#}
{% macro running_enrollment(states, by=[]) -%}
    {%- set whole = (['course_id'] + by) | join(', ') -%}
    select
        {{ whole }},
        date as first_date,
        coalesce({{ shifted('lead(date) over in_order', -1) }}, {{ last_date() }}) as last_date,
        cast(sum(enrolled) over in_order as bigint) as count,
        cast(sum(known) over in_order as bigint) as cumulative_count
    from (
        select
            {{ whole }},
            date,
            sum(enrolled) as enrolled,
            sum(known) as known
        from (
            select {{ whole }}, valid_from as date, cast(is_enrolled as int) as enrolled, 1 as known
            from {{ states }}
            union all
            select {{ whole }}, valid_to as date, -cast(is_enrolled as int) as enrolled, -1 as known
            from {{ states }}
        ) as changes
        where date < date '{{ var("as_of") }}'
        group by {{ whole }}, date
    ) as changes_by_day
    window in_order as (partition by {{ whole }} order by date)
{%- endmacro %}
