select
    course_id,
    {{ hours_of_all('total', 'total_time_30 / 3600') }},
    {{ hours_of_all('problem', 'serial_problem_time_30 / 3600') }},
    {{ hours_of_all('video', 'serial_video_time_30 / 3600') }},
    {{ hours_of_all('forum', 'serial_forum_time_30 / 3600') }}
from {{ ref('int_times_reported') }}
group by course_id
