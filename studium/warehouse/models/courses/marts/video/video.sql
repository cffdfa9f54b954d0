with

lengths as (
    select
        course_id || '|' || video_id as pipeline_video_id,
        course_id,
        video_id,
        duration,
        end_segment
    from {{ ref('int_video_lengths') }}
),

timeline as (
    select
        pipeline_video_id,
        segment,
        num_users,
        num_views
    from {{ ref('video_timeline') }}
)

select
    lengths.pipeline_video_id,
    lengths.course_id,
    lengths.video_id as encoded_module_id,
    lengths.duration,
    cast(5 as bigint) as segment_length,
    coalesce(max(timeline.num_users) filter (where timeline.segment = 0), 0) as users_at_start,
    coalesce(max(timeline.num_users) filter (where timeline.segment = lengths.end_segment), 0)
        as users_at_end,
    coalesce(cast(sum(timeline.num_views) * 5 as bigint), 0) as total_viewed_seconds
from lengths
left join timeline on lengths.pipeline_video_id = timeline.pipeline_video_id
group by lengths.pipeline_video_id, lengths.course_id, lengths.video_id, lengths.duration
