with

rows_of_courses as (
    select
        coalesce(course_id, scope_id) as course_id,
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
        source_file,
        source_line
    from {{ source('lake', 'grades_persistentsubsectiongrade') }}
),

last_lines as (
    {{ last_lines(
        'rows_of_courses', 'grades_persistentsubsectiongrade', ['user_id', 'usage_key']
    ) }}
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
from last_lines
