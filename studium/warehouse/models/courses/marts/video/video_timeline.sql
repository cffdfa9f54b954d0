with

segments as (
    select
        course_id,
        video_id,
        segment,
        num_users,
        num_views
    from {{ ref('int_video_segments') }}
),

lengths as (
    select
        course_id,
        video_id,
        shown_until_segment
    from {{ ref('int_video_lengths') }}
)

select
    segments.course_id || '|' || segments.video_id as pipeline_video_id,
    segments.segment,
    segments.num_users,
    segments.num_views
from segments
inner join lengths
    on
        segments.course_id = lengths.course_id
        and segments.video_id = lengths.video_id
where segments.segment <= lengths.shown_until_segment
