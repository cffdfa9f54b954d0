{{ config(materialized='by_scope', scope='course') }}

with

documents as (
    select
        course_id,
        mongoid,
        author_username,
        case
            when _type = 'CommentThread' then 'initial_post'
            when parent_id is null then 'response_post'
            else 'comment'
        end as slug_type,
        comment_thread_id,
        parent_id,
        title,
        created_at,
        body
    from {{ ref('forum') }}
    where {{ is_touched_course('course_id') }}
)

select
    documents.author_username as username,
    documents.course_id,
    documents.mongoid as slug_id,
    documents.slug_type,
    {% if var('compat') -%}
        documents.comment_thread_id as thread_id,
    {%- else -%}
        case
            when documents.slug_type = 'initial_post' then documents.mongoid
            else documents.comment_thread_id
        end as thread_id,
    {%- endif %}
    documents.parent_id,
    threads.author_username as original_poster,
    parents.author_username as responded_to,
    coalesce(threads.title, documents.title) as title,
    documents.created_at as first_time,
    substr(documents.body, 1, 100) as body_preview
from documents
left join documents as threads
    on
        documents.course_id = threads.course_id
        and documents.comment_thread_id = threads.mongoid
        and documents.slug_type <> 'initial_post'
left join documents as parents
    on
        documents.course_id = parents.course_id
        and documents.parent_id = parents.mongoid
        and documents.slug_type = 'comment'
