with

watched as (
    select
        pipeline_video_id,
        course_id,
        {{ url_name_of_video('encoded_module_id') }} as video_id
    from {{ ref('video') }}
),

content as (
    select
        course_id,
        video_id,
        min(index_video) as index_video
    from {{ ref('video_axis') }}
    group by course_id, video_id
),

first_places as (
    select
        content.course_id,
        content.video_id,
        content.index_video,
        video_axis.name,
        video_axis.chapter_name
    from content
    inner join {{ ref('video_axis') }} as video_axis
        on
            content.course_id = video_axis.course_id
            and content.index_video = video_axis.index_video
)

select
    watched.pipeline_video_id,
    watched.course_id,
    watched.video_id,
    first_places.index_video,
    first_places.name,
    first_places.chapter_name
from watched
left join first_places
    on
        watched.course_id = first_places.course_id
        and watched.video_id = first_places.video_id
