with

numbered as (
    select
        coalesce(course_id, package_course_id) as course_id,
        user_id,
        usage_key,
        earned_all,
        possible_all,
        earned_graded,
        possible_graded,
        cast(first_attempted as timestamp) as first_attempted,
        cast(created as timestamp) as created,
        cast(modified as timestamp) as modified,
        dump_date,
        row_number() over (
            partition by coalesce(course_id, package_course_id), user_id, usage_key
            order by dump_date desc, source_file desc, source_line desc
        ) as place_from_end
    from {{ source('lake', 'grades_persistentsubsectiongrade') }}
    where coalesce(course_id, package_course_id) is not null
)

select
    course_id,
    user_id,
    usage_key,
    earned_all,
    possible_all,
    earned_graded,
    possible_graded,
    first_attempted,
    created,
    modified,
    dump_date
from numbered
where place_from_end = 1
