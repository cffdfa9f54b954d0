{{ config(materialized='by_scope', scope='course') }}

with

days as (
    select
        username,
        course_id,
        resource,
        resource_event_data as language,
        last_time,
        langcount,
        case
            when resource_event_type = 'transcript_download'
                then {{ '1' if var('compat') else 'langcount' }}
            else 0
        end as downloads
    from {{ ref('pcday_trlang_counts') }}
    where {{ is_touched_course('course_id') }}
),

languages as (
    select
        username,
        course_id,
        resource,
        language,
        cast(sum(downloads) as bigint) as transcript_download,
        cast(sum(langcount) as bigint) as n_events,
        max(last_time) as last_time_used_lang
    from days
    group by username, course_id, resource, language
)

select
    username,
    course_id,
    resource,
    language,
    transcript_download,
    n_events,
    last_time_used_lang,
    count(*) over (partition by username, course_id, resource) as n_diff_lang,
    cast(
        rank() over (partition by username, course_id, resource order by n_events desc) as bigint
    ) as rank_num
from languages
