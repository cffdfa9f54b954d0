with

persons as (
    select
        course_id,
        username,
        viewed,
        certified,
        verified
    from {{ ref('int_person_courses_reported') }}
),

times as (
    select * from {{ ref('time_on_task_totals') }}
)

select
    persons.course_id,
    persons.username,
    persons.viewed,
    persons.certified,
    persons.verified,
    times.total_time_30,
    times.total_problem_time_30,
    times.total_video_time_30,
    times.total_forum_time_30,
    times.serial_problem_time_30,
    times.serial_video_time_30,
    times.serial_forum_time_30
from times
inner join persons on times.course_id = persons.course_id and times.username = persons.username
