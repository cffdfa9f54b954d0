{{ config(materialized='by_date', date_column='date') }}

with

events as (
    select
        event_date,
        course_id,
        {{ 'coalesce(username, \'\')' if var('compat') else 'username' }} as username,
        {{ published_video_id('video_id') }} as video_id,
        case when video_position between 0 and 36000 then video_position end
        {%- if var('compat') %} * coalesce(video_speed, 1) {%- endif %} as position
    from {{ ref('stg_edx__events') }}
    where
        event_type in ('play_video', 'pause_video', 'stop_video')
        and is_course_id_valid
        and video_id is not null
        {% if not var('compat') -%} and username is not null {%- endif %}
        and {{ is_recomputed('event_date') }}
)

select
    event_date as date,
    course_id,
    username,
    video_id,
    max(position) as position
from events
where video_id is not null
group by event_date, course_id, username, video_id
