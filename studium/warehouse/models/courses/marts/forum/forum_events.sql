{{ config(materialized='by_date', date_column='event_date') }}

with

events as (
    select
        event_id,
        event_date,
        event_time,
        username,
        course_id,
        event_type,
        {{ forum_action('event_type') }} as forum_action,
        {{ text_found('event_type', '/threads/([^/?]+)') }} as thread_in_url,
        {{ text_found('event_type', '/forum/([^/?]+)/(threads|inline)') }} as subject_in_url,
        {{ text_found('event_type', '/forum/users/([^/?]+)') }} as target_user_id,
        forum_id,
        forum_thread_id,
        forum_commentable_id,
        payload
    from {{ ref('stg_edx__events') }}
    where
        is_course_id_valid
        and {{ is_forum_event('event_type') }}
        and {{ is_recomputed('event_date') }}
)

select
    event_time as time,
    username,
    course_id,
    forum_action,
    {% if var('compat') -%}
        thread_in_url as thread_id,
        subject_in_url as subject,
    {%- else -%}
        coalesce(
            thread_in_url,
            case when event_type like 'edx.forum.thread.%' then forum_id else forum_thread_id end
        ) as thread_id,
        coalesce(subject_in_url, forum_commentable_id) as subject,
    {%- endif %}
    target_user_id,
    coalesce({{ json_text('payload', '$.GET.text[0]') }}, {{ json_text('payload', '$.query') }})
        as search_query,
    {{ json_text('payload', '$.GET') }} as event_GET,
    event_id,
    event_date
from events
