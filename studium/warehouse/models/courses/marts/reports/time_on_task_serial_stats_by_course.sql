select
    course_id,
    {{ hours_of_all('total_serial', 'total_time_30 / 3600') }},
    {{ hours_of_all('problem_serial', 'serial_problem_time_30 / 3600') }},
    {{ hours_of_all('video_serial', 'serial_video_time_30 / 3600') }},
    {{ hours_of_all('forum_serial', 'serial_forum_time_30 / 3600') }}
from {{ ref('int_times_reported') }}
group by course_id
