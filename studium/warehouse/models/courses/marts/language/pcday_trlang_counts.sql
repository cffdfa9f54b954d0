{{ config(materialized='by_date', date_column='date', reach=1) }}

with

events as (
    select
        username,
        course_id,
        date,
        event_time,
        language,
        is_download
    from {{ ref('int_transcript_events') }}
    where {{ is_recomputed('date', reach=1) }}
)

select
    username,
    course_id,
    date,
    max(event_time) as last_time,
    'video' as resource,
    language as resource_event_data,
    case when is_download then 'transcript_download' else 'transcript_language' end
        as resource_event_type,
    count(*) as langcount
from events
group by username, course_id, date, language, is_download
