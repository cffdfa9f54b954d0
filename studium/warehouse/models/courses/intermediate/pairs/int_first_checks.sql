with

checks as (
    select
        course_id,
        username,
        module_id,
        time,
        success,
        row_number() over (
            partition by course_id, username, module_id
            order by time, event_id
        ) as place
    from {{ ref('problem_check') }}
    where username is not null and module_id is not null
)

select
    course_id,
    username,
    module_id,
    time as checked_at
from checks
where place = 1 and success = 'correct'
