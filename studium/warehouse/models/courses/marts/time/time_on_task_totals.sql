select
    course_id,
    username,
    {{ summed_seconds('total_time_5') }},
    {{ summed_seconds('total_time_30') }},
    {{ summed_seconds('total_video_time_5') }},
    {{ summed_seconds('total_video_time_30') }},
    {{ summed_seconds('serial_video_time_30') }},
    {{ summed_seconds('total_problem_time_5') }},
    {{ summed_seconds('total_problem_time_30') }},
    {{ summed_seconds('serial_problem_time_30') }},
    {{ summed_seconds('total_forum_time_5') }},
    {{ summed_seconds('total_forum_time_30') }},
    {{ summed_seconds('serial_forum_time_30') }},
    {{ summed_seconds('total_text_time_5') }},
    {{ summed_seconds('total_text_time_30') }},
    {{ summed_seconds('serial_text_time_30') }}
from {{ ref('time_on_task') }}
group by course_id, username
