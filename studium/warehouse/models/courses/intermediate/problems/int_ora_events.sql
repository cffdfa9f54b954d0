{{ config(materialized='by_date', date_column='event_date') }}

with

events as (
    select
        event_id,
        event_date,
        event_time,
        event_type,
        event_source,
        username,
        course_id,
        {{ published_module_id('module_id') }} as module_id,
        payload
    from {{ ref('stg_edx__events') }}
    where
        event_type like '%openassessment%'
        and is_course_id_valid
        and payload_kind not in ('missing', 'empty')
        and replace(payload, ' ', '') not in (
            '{}', '[]', '""', '{"POST":{},"GET":{}}', '{"GET":{},"POST":{}}'
        )
        and {{ is_recomputed('event_date') }}
)

select
    event_id,
    event_date,
    event_time,
    event_type,
    event_source,
    username,
    course_id,
    case when module_id like '%/openassessment/%' then module_id end as module_id,
    coalesce(
        {{ text_found('event_type', '/handler/([^/?]+)') }},
        {{ text_found('event_type', 'openassessment(?:block)?[.](.+)$') }}
    ) as action,
    {{ json_text('payload', '$.submission_uuid') }} as submission_uuid,
    {{ payload_integer('$.parts[0].option.points') }} as part1_points,
    {{ json_text('payload', '$.parts[0].feedback') }} as part1_feedback,
    {{ payload_integer('$.attempt_number') }} as attempt_num,
    coalesce(
        {{ json_text('payload', '$.answer.parts[0].text') }},
        {{ json_text('payload', '$.answer.text') }}
    ) as answer_text,
    payload
from events
