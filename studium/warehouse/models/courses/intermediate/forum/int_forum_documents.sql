{{ config(materialized='view') }}

with

courses as (
    select distinct
        course_id,
        cast(0 as bigint) as no_marks,
        '' as nobody
    from {{ ref('int_forum_posts_marked') }}
)

select
    documents.course_id,
    documents.mongoid,
    documents.author_id,
    documents.author_username,
    documents.created_at,
    documents.updated_at,
    documents.last_activity_at,
    documents.type,
    documents.comment_thread_id,
    documents.parent_id,
    documents.parent_ids,
    documents.title,
    documents.thread_type,
    documents.commentable_id,
    documents.anonymous,
    documents.anonymous_to_peers,
    documents.endorsed,
    documents.closed,
    documents.pinned,
    documents.visible,
    documents.endorsement_user_id,
    documents.endorsement_time,
    coalesce(documents.votes_count, marked.up_count + marked.down_count, courses.no_marks)
        as votes_count,
    coalesce(documents.votes_point, marked.up_count - marked.down_count, courses.no_marks)
        as votes_point,
    coalesce(documents.votes_up_count, marked.up_count, courses.no_marks) as votes_up_count,
    coalesce(documents.votes_down_count, marked.down_count, courses.no_marks) as votes_down_count,
    coalesce(documents.votes_up, marked.voters_up, courses.nobody) as votes_up,
    coalesce(documents.votes_down, marked.voters_down, courses.nobody) as votes_down,
    coalesce(documents.abuse_flaggers, marked.flaggers, courses.nobody) as abuse_flaggers,
    coalesce(documents.historical_abuse_flaggers, marked.old_flaggers, courses.nobody)
        as historical_abuse_flaggers,
    documents.at_position_list,
    documents.sk,
    documents.child_count,
    documents.comment_count,
    documents.group_id,
    documents.tags_array,
    documents.body
from {{ ref('stg_edx__forum_documents') }} as documents
left join {{ ref('int_forum_posts_marked') }} as marked
    on documents.course_id = marked.course_id and documents.mongoid = marked.mongoid
left join courses on documents.course_id = courses.course_id
