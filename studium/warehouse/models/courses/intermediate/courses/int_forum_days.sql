{{ config(materialized='by_date', date_column='date') }}

with

events as (
    select
        course_id,
        username,
        event_date as date,
        time,
        thread_id,
        forum_action,
        forum_action in ('read', 'read_inline') as is_read
    from {{ ref('forum_events') }}
    where
        username is not null
        and forum_action in (
            'read', 'read_inline', 'reply', 'comment_reply',
            'created_thread', 'created_response', 'created_comment'
        )
        and {{ is_recomputed('event_date') }}
),

actions as (
    select
        course_id,
        username,
        date,
        count(*) filter (where is_read) as reads,
        count(*) filter (where forum_action = 'reply') as replies,
        count(*) filter (where forum_action = 'comment_reply') as comment_replies,
        count(*) filter (where forum_action = 'created_thread') as new_threads,
        count(*) filter (where forum_action = 'created_response') as new_responses,
        count(*) filter (where forum_action = 'created_comment') as new_comments,
        count(distinct thread_id) as threads,
        min(time) as first_time,
        max(time) as last_time
    from events
    group by course_id, username, date
)

select
    course_id,
    username,
    date,
    reads as nforum_reads,
    {% if var('compat') -%}
        new_threads + replies + new_responses + comment_replies + new_comments
    {%- else -%}
        new_threads + greatest(replies, new_responses) + greatest(comment_replies, new_comments)
    {%- endif %} as nforum_posts,
    threads as nforum_threads,
    first_time,
    last_time
from actions
