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

hours as (
    select
        persons.course_id,
        persons.viewed,
        persons.certified,
        persons.verified,
        times.total_time_30 / 3600 as total,
        times.serial_problem_time_30 / 3600 as problem,
        times.serial_video_time_30 / 3600 as video,
        times.serial_forum_time_30 / 3600 as forum
    from {{ ref('time_on_task_totals') }} as times
    inner join persons
        on
            times.course_id = persons.course_id
            and times.username = persons.username
)

select
    course_id,
    {{ hours_of_all('total') }},
    {{ hours_of_all('problem') }},
    {{ hours_of_all('video') }},
    {{ hours_of_all('forum') }}
from hours
group by course_id
