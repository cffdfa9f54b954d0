{{ config(materialized='by_date', date_column='date') }}

with

events as (
    select
        event_id,
        event_date,
        event_time,
        event_type,
        event_source,
        user_id,
        course_id,
        case when is_module_id_valid then module_id end as module_id,
        problem_attempts,
        problem_success,
        problem_grade
    from {{ ref('stg_edx__events') }}
    where
        ({{ matches('event_type', 'problem_[A-Za-z0-9_]') }} or event_type = 'showanswer')
        and user_id is not null
        and is_course_id_valid
        and {{ is_recomputed('event_date') }}
)

select
    course_id,
    user_id,
    event_time as time,
    event_source,
    {{ url_name_of('module_id') }} as problem_url,
    coalesce(
        {{ text_found('event_type', '/xblock/.*/handler/(?:[^/?]+/)*([^/?]+)') }},
        event_type
    ) as event_type,
    problem_attempts as attempts,
    problem_success as success,
    problem_grade as grade,
    event_id,
    event_date as date
from events
