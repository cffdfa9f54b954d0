{{ config(materialized='by_date', date_column='event_date') }}

with

events as (
    select
        events.course_id,
        {{ named_or_anonymous('events.username') }} as username,
        events.username is null as is_anonymous,
        events.event_date,
        events.course_id_source = 'context' as is_in_context,
        events.forum_target_username,
        trim(events.forum_commentable_id) as commentable_id,
        lower(events.problem_success) = 'correct' as is_correct,
        coalesce(copies.copies, 1) as copies,
        case
            when events.event_type = 'problem_check' then 'problem_attempted'
            when events.event_type = 'play_video' then 'video_viewed'
            when events.event_type = 'book' then 'textbook_page_viewed'
            when events.event_type = 'edx.forum.thread.created' then 'post_created'
            when events.event_type = 'edx.forum.response.created' then 'response_created'
            when events.event_type = 'edx.forum.comment.created' then 'comment_created'
            when events.event_type like 'edx.forum.%.created' then 'other_created'
            else {{ json_text('events.payload', '$.vote_value') }} || 'vote'
        end as action,
        case
            when events.event_type = 'problem_check' then trim(events.problem_id)
            when events.event_type = 'play_video' then trim(events.video_id)
        end as entity_id,
        case
            when {{ json_text('events.payload', '$.undo_vote') }} = 'true' then -1
            else 1
        end as direction
    from {{ ref('stg_edx__events') }} as events
    left join {{ ref('stg_edx__event_copies') }} as copies
        on events.event_id = copies.event_id and events.event_date = copies.event_date
    where
        events.is_course_id_valid
        {% if not var('anonymous_username') -%}
            and events.username is not null
        {%- endif %}
        and {{ is_recomputed('events.event_date') }}
        and (
            (events.event_type = 'problem_check' and events.event_source = 'server')
            or events.event_type in ('play_video', 'book')
            or events.event_type like 'edx.forum.%.created'
            or events.event_type in ('edx.forum.thread.voted', 'edx.forum.response.voted')
        )
),

actions as (
    select
        course_id, username, event_date, is_in_context, is_anonymous,
        action, entity_id, copies as count
    from events
    where
        action not in ('upvote', 'downvote')
        and (action = 'textbook_page_viewed' or action like '%created' or entity_id <> '')
    union all
    select
        course_id, username, event_date, is_in_context, is_anonymous,
        'problem_completed' as action, entity_id, copies as count
    from events
    where action = 'problem_attempted' and is_correct and entity_id <> ''
    union all
    select
        course_id, username, event_date, is_in_context, is_anonymous,
        'forum_contributed' as action, commentable_id as entity_id, copies as count
    from events
    where action like '%created' and commentable_id <> ''
    union all
    select
        course_id, username, event_date, is_in_context, is_anonymous,
        action || '_given' as action, entity_id, direction * copies as count
    from events
    where action in ('upvote', 'downvote')
    union all
    select
        course_id, trim(forum_target_username) as username, event_date, is_in_context, is_anonymous,
        action || '_received' as action, entity_id, direction * copies as count
    from events
    where action in ('upvote', 'downvote') and trim(forum_target_username) <> ''
)

select
    course_id,
    username,
    event_date,
    is_in_context,
    is_anonymous,
    action,
    entity_id,
    cast(sum(count) as bigint) as count
from actions
group by course_id, username, event_date, is_in_context, is_anonymous, action, entity_id
