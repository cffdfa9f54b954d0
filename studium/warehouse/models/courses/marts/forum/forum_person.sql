{{ config(materialized='by_scope', scope='course') }}

with

posts as (
    select
        course_id,
        slug_id,
        slug_type,
        thread_id,
        parent_id,
        original_poster,
        title,
        responded_to,
        username,
        first_time
    from {{ ref('forum_posts') }}
    where {{ is_touched_course('course_id') }}
),

authors as (
    select
        course_id,
        slug_id,
        username,
        first_time
    from posts
    where username is not null
),

reactions as (
    select
        posts.course_id,
        posts.slug_id,
        reactions.username,
        reactions.read,
        reactions.pinned,
        reactions.upvoted,
        reactions.unvoted,
        reactions.followed,
        reactions.first_time,
        reactions.last_time
    from posts
    inner join {{ ref('int_forum_reactions') }} as reactions
        on
            posts.course_id = reactions.course_id
            and posts.thread_id = reactions.thread_id
),

persons as (
    select
        coalesce(authors.username, reactions.username) as username,
        coalesce(authors.course_id, reactions.course_id) as course_id,
        coalesce(authors.slug_id, reactions.slug_id) as slug_id,
        cast(case when authors.slug_id is null then 0 else 1 end as bigint) as wrote,
        reactions.read,
        reactions.pinned,
        reactions.upvoted,
        reactions.unvoted,
        reactions.followed,
        least(authors.first_time, reactions.first_time) as first_time,
        greatest(authors.first_time, reactions.last_time) as last_time
    from authors
    full outer join reactions
        on
            authors.course_id = reactions.course_id
            and authors.slug_id = reactions.slug_id
            and authors.username = reactions.username
)

select
    persons.username,
    persons.course_id,
    persons.slug_id,
    posts.slug_type,
    posts.thread_id,
    posts.parent_id,
    posts.original_poster,
    posts.responded_to,
    posts.title,
    persons.wrote,
    persons.read,
    persons.pinned,
    persons.upvoted,
    persons.unvoted,
    persons.followed,
    persons.first_time,
    persons.last_time
from persons
inner join posts
    on
        persons.course_id = posts.course_id
        and persons.slug_id = posts.slug_id
