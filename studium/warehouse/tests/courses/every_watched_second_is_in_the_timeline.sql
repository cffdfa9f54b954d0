-- The seconds of a video are those of its segments.
with

segments as (
    select pipeline_video_id, sum(num_views) * 5 as viewed_seconds
    from {{ ref('video_timeline') }}
    group by pipeline_video_id
)

select
    video.pipeline_video_id,
    video.total_viewed_seconds,
    segments.viewed_seconds
from {{ ref('video') }} as video
full outer join segments on video.pipeline_video_id = segments.pipeline_video_id
where
    video.pipeline_video_id is null
    or video.total_viewed_seconds <> coalesce(segments.viewed_seconds, 0)
