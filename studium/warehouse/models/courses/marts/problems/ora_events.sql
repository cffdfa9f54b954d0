{{ config(materialized='by_scope', scope='course') }}

with

events as (
    select
        event_id,
        event_time,
        event_type,
        event_source,
        username,
        course_id,
        module_id,
        action,
        submission_uuid,
        part1_points,
        part1_feedback,
        attempt_num,
        answer_text,
        payload
    from {{ ref('int_ora_events') }}
    where {{ is_touched_course('course_id') }}
),

submissions as (
    select
        course_id,
        submission_uuid,
        min(module_id) as module_id
    from events
    where submission_uuid is not null and module_id is not null
    group by course_id, submission_uuid
),

with_modules as (
    select
        events.*,
        coalesce(events.module_id, submissions.module_id) as found_module_id,
        {{ last_known('events.module_id') }} over (
            partition by events.course_id, events.username
            order by events.event_time, events.event_id
            rows between unbounded preceding and current row
        ) as last_module_id
    from events
    left join submissions
        on
            events.course_id = submissions.course_id
            and events.submission_uuid = submissions.submission_uuid
)

select
    {% if var('compat') -%}
        case when course_id not like 'course-v1:%' then {{ url_name_of('found_module_id') }} end
            as problem_id,
    {%- else -%}
        {{ url_name_of('found_module_id') }} as problem_id,
    {%- endif %}
    event_time as time,
    username,
    course_id,
    action,
    submission_uuid,
    part1_points,
    part1_feedback,
    attempt_num,
    module_id as module_id_sometimes,
    event_type,
    payload as event,
    event_source,
    answer_text,
    last_module_id,
    found_module_id as module_id,
    event_id
from with_modules
