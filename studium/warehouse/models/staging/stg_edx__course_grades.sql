with

rows_of_courses as (
    select
        coalesce(course_id, package_course_id) as course_id,
        user_id,
        grading_policy_hash,
        percent_grade,
        letter_grade,
        cast(passed_timestamp as timestamp) as passed_timestamp,
        cast(created as timestamp) as created,
        cast(modified as timestamp) as modified,
        dump_date,
        source_file,
        source_line
    from {{ source('lake', 'grades_persistentcoursegrade') }}
),

numbered as (
    select
        *,
        row_number() over (
            partition by course_id, user_id
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from rows_of_courses
    where course_id is not null
)

select
    course_id,
    user_id,
    grading_policy_hash,
    percent_grade,
    letter_grade,
    passed_timestamp,
    created,
    modified,
    dump_date
from numbered
where place_from_end = 1
