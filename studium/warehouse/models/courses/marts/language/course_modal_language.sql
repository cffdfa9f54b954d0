{{ config(materialized='by_scope', scope='course') }}

with

languages as (
    select
        username,
        course_id,
        resource,
        language,
        transcript_download,
        n_events,
        n_diff_lang,
        row_number() over (
            partition by username, course_id, resource
            order by n_events desc, last_time_used_lang desc, language asc
        ) as place
    from {{ ref('language_multi_transcripts') }}
    where {{ is_touched_course('course_id') }}
)

select
    username,
    course_id,
    resource,
    language,
    transcript_download as language_download,
    n_events as language_nevents,
    n_diff_lang as language_ndiff
from languages
where place = 1
