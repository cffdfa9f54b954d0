{#
    Rows of a dump about accounts, with a course: that of the package; of a dump of the whole site a
    row for each course that the account `user` ever enrolled in or has a certificate of, none for one
    without any.
#}
{% macro rows_of_members(schema, dataset, user) -%}
    select
        records.*,
        coalesce(records.scope_id, site_members.course_id) as course_id
    from {{ source(schema, dataset) }} as records
    left join (
        select
            course_id,
            user_id
        from {{ source('lake', 'student_courseenrollment') }}
        where scope_id is null
        union distinct
        select
            course_id,
            user_id
        from {{ source('lake', 'certificates_generatedcertificate') }}
        where scope_id is null
    ) as site_members
        on
            records.scope_id is null
            and records.{{ user }} = site_members.user_id
{%- endmacro %}
