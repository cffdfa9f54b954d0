{{ config(materialized='by_date', date_column='date', reach=1) }}

with

events as (
    select
        event_date,
        coalesce(event_type, '') as event_type,
        username,
        course_id,
        {{ microseconds('event_time') }} as moment,
        {{ whole_microseconds('gap_seconds') }} as gap
    from {{ ref('int_events_timed') }}
    where {{ is_read('event_date', reach=1) }}
),

classified as (
    select
        *,
        case when {{ is_video_task('event_type') }} then moment end as video,
        case when {{ is_problem_task('event_type') }} then moment end as problem,
        case when {{ is_forum_task('event_type') }} then moment end as forum,
        case when {{ is_text_task('event_type') }} then moment end as reading
    from events
),

with_previous as (
    select
        *,
        max(video) over earlier as video_before,
        max(problem) over earlier as problem_before,
        max(forum) over earlier as forum_before,
        max(reading) over earlier as reading_before
    from classified
    window earlier as (
        partition by username, course_id
        order by moment, event_type
        rows between unbounded preceding and 1 preceding
    )
),

with_task_before as (
    select
        *,
        nullif(
            greatest(
                coalesce(video_before, -1),
                coalesce(problem_before, -1),
                coalesce(forum_before, -1),
                coalesce(reading_before, -1)
            ),
            -1
        ) as task_before
    from with_previous
    where {{ is_recomputed('event_date', reach=1) }}
)

select
    course_id,
    event_date as date,
    username,
    {{ seconds_below('gap', 5) }} as total_time_5,
    {{ seconds_below('gap', 30) }} as total_time_30,
    {{ seconds_below('(video - video_before)', 5) }} as total_video_time_5,
    {{ seconds_below('(video - video_before)', 30) }} as total_video_time_30,
    {{ seconds_below('(video - task_before)', 30) }} as serial_video_time_30,
    {{ seconds_below('(problem - problem_before)', 5) }} as total_problem_time_5,
    {{ seconds_below('(problem - problem_before)', 30) }} as total_problem_time_30,
    {{ seconds_below('(problem - task_before)', 30) }} as serial_problem_time_30,
    {{ seconds_below('(forum - forum_before)', 5) }} as total_forum_time_5,
    {{ seconds_below('(forum - forum_before)', 30) }} as total_forum_time_30,
    {{ seconds_below('(forum - task_before)', 30) }} as serial_forum_time_30,
    {{ seconds_below('(reading - reading_before)', 5) }} as total_text_time_5,
    {{ seconds_below('(reading - reading_before)', 30) }} as total_text_time_30,
    {{ seconds_below('(reading - task_before)', 30) }} as serial_text_time_30
from with_task_before
group by course_id, event_date, username
having count(gap) > 0
