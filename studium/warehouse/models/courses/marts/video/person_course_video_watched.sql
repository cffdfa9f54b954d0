{{ config(materialized='by_scope', scope='course') }}

with

days as (
    select distinct
        course_id,
        username,
        video_id
    from {{ ref('video_stats_day') }}
    where {{ is_touched_course('course_id') }}
),

axis as (
    select distinct
        course_id,
        {% if var('compat') -%} index_video, {%- endif %}
        video_id
    from {{ ref('video_axis') }}
    where {{ is_touched_course('course_id') }}
),

videos_of_courses as (
    select
        course_id,
        count(*) as videos
    from axis
    group by course_id
),

videos_of_persons as (
    select
        days.course_id,
        days.username,
        {% if var('compat') -%}
            count(distinct days.video_id) as videos
        {%- else -%}
            count(distinct case
                when videos_of_courses.videos is null then days.video_id
                else axis.video_id
            end) as videos
        {%- endif %}
    from days
    left join videos_of_courses on days.course_id = videos_of_courses.course_id
    left join axis
        on
            days.course_id = axis.course_id
            and days.video_id = axis.video_id
    group by days.course_id, days.username
),

learners as (
    select
        course_id,
        user_id,
        username,
        viewed,
        certified,
        verified
    from {{ ref('int_video_learners') }}
    where {{ is_touched_course('course_id') }}
)

select
    learners.user_id,
    learners.course_id,
    videos_of_persons.videos as n_unique_videos_watched,
    videos_of_persons.videos / cast(videos_of_courses.videos as double)
        as fract_total_videos_watched,
    learners.viewed,
    learners.certified,
    learners.verified
from videos_of_persons
inner join learners
    on
        videos_of_persons.course_id = learners.course_id
        and videos_of_persons.username = learners.username
left join videos_of_courses on videos_of_persons.course_id = videos_of_courses.course_id
