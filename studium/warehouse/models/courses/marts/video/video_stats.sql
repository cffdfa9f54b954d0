{{ config(materialized='by_scope', scope='course') }}

with

furthest_positions as (
    select
        course_id,
        video_id,
        username,
        max(position) as position
    from {{ ref('video_stats_day') }}
    where {{ is_touched_course('course_id') }}
    group by course_id, video_id, username
),

places_in_axis as (
    select
        *,
        row_number() over (partition by course_id, video_id order by index_video) as place
    from {{ ref('video_axis') }}
    where {{ is_touched_course('course_id') }}
),

videos as (
    select
        course_id,
        video_id,
        index_chapter,
        index_video,
        name,
        chapter_name,
        video_length
    from places_in_axis
    where place = 1
),

counted as (
    select
        positions.course_id,
        positions.video_id,
        count(*) filter (where positions.position > 0) as videos_viewed,
        count(*) filter (
            where positions.position > cast(0.95 as double) * videos.video_length
        ) as viewers_to_the_end
    from furthest_positions as positions
    left join videos
        on
            positions.course_id = videos.course_id
            and positions.video_id = videos.video_id
    group by positions.course_id, positions.video_id
)

select
    videos.index_chapter,
    videos.index_video,
    counted.course_id,
    videos.name,
    counted.video_id,
    videos.chapter_name,
    counted.videos_viewed,
    case
        when videos.index_video is null or videos.video_length is not null
            then counted.viewers_to_the_end
    end as videos_watched
from counted
left join videos
    on
        counted.course_id = videos.course_id
        and counted.video_id = videos.video_id
