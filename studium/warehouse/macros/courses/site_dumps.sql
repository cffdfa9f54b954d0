{#
    Rows of a dump about accounts, with a course: that of the package; of a dump of the whole site a
    row for each course that the account `user` ever enrolled in, none for one that never did.
#}
{% macro rows_of_members(schema, dataset, user) -%}
    select
        records.*,
        coalesce(records.scope_id, site_enrollments.course_id) as course_id
    from {{ source(schema, dataset) }} as records
    left join (
        select distinct
            course_id,
            user_id
        from {{ source('lake', 'student_courseenrollment') }}
        where scope_id is null
    ) as site_enrollments
        on
            records.scope_id is null
            and records.{{ user }} = site_enrollments.user_id
{%- endmacro %}
