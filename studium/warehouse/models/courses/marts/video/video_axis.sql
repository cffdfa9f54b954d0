{{ config(materialized='by_scope', scope='course') }}

with

elements as (
    select
        course_id,
        index,
        category,
        name,
        replace({{ url_name_of('module_id') }}, '.', '_') as video_id,
        {{ youtube_id_of('ytid') }} as youtube_id,
        video_duration,
        chapter_mid,
        max(case when category = 'chapter' then index end) over (
            partition by course_id
            order by index
            rows between unbounded preceding and current row
        ) as index_of_chapter_before
    from {{ ref('stg_edx__course_elements') }}
    where {{ is_touched_course('course_id') }}
),

videos as (
    select
        *,
        case when chapter_mid is not null then index_of_chapter_before end as index_chapter
    from elements
    where category = 'video'
),

reported_lengths as (
    select
        course_id,
        {{ published_video_id('video_id') }} as video_id,
        max(duration) as duration
    from {{ ref('int_video_events') }}
    where duration is not null and {{ is_touched_course('course_id') }}
    group by course_id, {{ published_video_id('video_id') }}
),

with_lengths as (
    select
        videos.*,
        chapters.name as chapter_name,
        cast(
            floor(coalesce(nullif(videos.video_duration, 0), reported_lengths.duration)) as bigint
        ) as known_length
    from videos
    left join elements as chapters
        on
            videos.course_id = chapters.course_id
            and videos.index_chapter = chapters.index
    left join reported_lengths
        on
            videos.course_id = reported_lengths.course_id
            and videos.video_id = reported_lengths.video_id
)

select
    index_chapter,
    index as index_video,
    category,
    course_id,
    name,
    video_id,
    youtube_id,
    chapter_name,
    {% if var('compat') -%} coalesce(known_length, 0) {%- else -%} known_length {%- endif %}
        as video_length
from with_lengths
